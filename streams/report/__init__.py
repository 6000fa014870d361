"""The report of a scan: one page of HTML that needs nothing else."""

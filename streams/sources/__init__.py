"""Raw exports to events, a product a room: a pure ``parse`` of one row, and where a file is no table of rows its reader.

``formats`` names them all and tells which one a file is in; ``load`` reads many inputs at once. Beneath the products: ``shapes`` (what
holds a file's records), ``cells`` (what a field holds), ``logs`` (lines of system logs).
"""

"""Ways to run custodiet; no package of the distribution imports anything from here."""

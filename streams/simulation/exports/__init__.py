"""What happened, as the published exports tell it: one file a format, and the shelf that puts their lines into files."""

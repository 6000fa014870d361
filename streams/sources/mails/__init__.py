"""Mails themselves: RFC 5322 messages in a Maildir, an mbox, files or a journal mailbox."""

"""The live view in a terminal: calls as they come, one call as a ladder, its stanzas, the open questions.

It runs in a process of its own beside mitmproxy. `feed` brings observations, `watched` keeps what is shown of
them and `weighing` what they say of the questions; both know no screen. The screens are Textual's.
"""

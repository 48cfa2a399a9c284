"""What mitmproxy itself shows: a content view, marks on flows, a flow of each call, and commands.

`ringback.addon` puts the parts together. All of them look things up that were noted while messages passed;
none is asked while a message is on its way.
"""

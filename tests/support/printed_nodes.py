"""One pre-accept, and how client libraries print it."""

from __future__ import annotations

from ringback.stanza import Jid, Node

PREACCEPT = Node(
    "call",
    {"to": Jid("A", "lid", 1), "id": "P-1"},
    (
        Node(
            "preaccept",
            {"call-id": "CALLID-0001", "call-creator": Jid("A", "lid", 1)},
            (
                Node("audio", {"enc": "opus", "rate": "16000"}),
                Node("capability", {"ver": "1"}, bytes.fromhex("0105f709e4bb13")),
            ),
        ),
    ),
)

BAILEYS = (
    "<call to='A:1@lid' id='P-1'>\n"
    "\t\t<preaccept call-id='CALLID-0001' call-creator='A:1@lid'>\n"
    "\t\t\t\t<audio enc='opus' rate='16000'/>\n"
    "\t\t\t\t<capability ver='1'>\n\t\t\t\t\t0105f709e4bb13\n\t\t\t\t</capability>\n"
    "\t\t</preaccept>\n"
    "</call>"
)
WHATSMEOW = (
    '<call id="P-1" to="A:1@lid"><preaccept call-creator="A:1@lid" call-id="CALLID-0001">'
    '<audio enc="opus" rate="16000"/><capability ver="1">0105f709e4bb13</capability></preaccept></call>'
)

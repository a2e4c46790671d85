"""A Cin7 Omni account that runs on this machine, with a life of its own and a truth to check against.

`ledger` says what a merchant's books hold; `life` lives it; `payloads` writes it the way Cin7 does;
`server` answers over HTTP; `truth` says what the planning tables must show. All of it is invented.
"""

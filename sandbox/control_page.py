"""The plain page that tells what the control API can do."""

PAGE = """\
Sandbox: two library websites and Place2book / to biblioteker og Place2book
===========================================================================
C is this page's address. Times are ISO 8601. Every answer is JSON.

What runs, outages / hvad kører, nedbrud
  curl $C/servers
  curl -X POST $C/servers/place2book/stop          curl -X POST $C/servers/place2book/start
  curl -X POST $C/servers/cms:solbjerg/stop        curl -X POST $C/reset

What was asked of the APIs / hvad der er spurgt om
  curl $C/log       curl "$C/log?writes"           curl -X DELETE $C/log

Faults / fejl
  curl $C/faults    curl -X DELETE $C/faults
  curl -X POST $C/faults -d '{"server": "cms:solbjerg", "kind": "status", "code": 500, "method": "PATCH", "times": 2}'
  curl -X POST $C/faults -d '{"server": "place2book", "kind": "status", "code": 429, "headers": {"Retry-After": "1"}}'
  kinds: status html_200 truncated_json empty_list not_a_list slow drop_before drop_after wrong_length garbage

The editor / redaktøren
  curl $C/cms/solbjerg/events
  curl -X POST  $C/cms/solbjerg/events -d '{"title": "Ny koncert", "start": "2030-05-01T19:00:00+02:00"}'
  curl -X PATCH $C/cms/solbjerg/events/UUID -d '{"title": "Ny titel", "address": null}'
  curl -X POST  $C/cms/solbjerg/events/UUID/clone
  curl -X POST  $C/cms/solbjerg/events/UUID/insert_from_series
  curl -X POST  $C/cms/solbjerg/events/UUID/unpublish
  curl -X DELETE $C/cms/solbjerg/events/UUID
  curl -X PATCH $C/cms/solbjerg/series/UUID -d '{"state": "Cancelled"}'
  curl -X POST  $C/cms/solbjerg/series/UUID/redate -d '{"starts": ["2030-05-01T10:00:00+02:00"]}'

The venue that plans in Yesplan / spillestedet, der planlægger i Yesplan
  curl $C/yesplan/theater/events
  curl -X POST  $C/yesplan/theater/events -d '{"name": "Ny koncert", "locations": ["Store Sal"], "price_adult": "120"}'
  curl -X PATCH $C/yesplan/theater/events/ID -d '{"status": "Option"}'
  curl -X DELETE $C/yesplan/theater/events/ID
  curl -X PATCH $C/yesplan/theater -d '{"revoked": true}'
  switches: bulk page_size revoked next_host repeats

Ticket staff and buyers / billetpersonale og købere
  curl $C/place2book/events
  curl -X PATCH $C/place2book/events/ID -d '{"sale_close_at": "2030-05-01T10:00:00Z", "kultunaut_export": true}'
  curl -X POST  $C/place2book/events/ID/buy -d '{"quantity": 2}'
  curl $C/place2book/events/ID/purchases
  curl -X POST  $C/place2book/purchases/ID/refund
  curl -X POST  $C/place2book/tickets/ID/arrive    curl -X POST $C/place2book/tickets/ID/release
  curl -X POST  $C/place2book/events/ID/pause      curl -X POST $C/place2book/events/ID/resume
  curl -X POST  $C/place2book/events/ID/prices -d '{"name": "Ledsager", "value": 0}'
  curl -X PATCH $C/place2book/events/ID/prices/ID -d '{"sale_end_at": "2030-05-01T10:00:00Z"}'
  curl -X DELETE $C/place2book/events/ID
"""

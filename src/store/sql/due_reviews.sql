select card, due_day, interval, last_day
from card_state indexed by card_state_due
where due_day is not null and due_day <= ?1 and suspended = 0 and parked = 0 and present = 1
  and coalesce(buried_until, ?1) <= ?1
order by due_day, interval, last_day
limit ?2

select count(*) from (
    select 1 from card_state indexed by card_state_due
    where due_day is not null and due_day = ?1 and suspended = 0 and parked = 0 and present = 1
    limit 1000
)

select c.deck,
       count(*),
       cast(total(c.seen = 0 and coalesce(s.suspended + s.parked, 0) = 0) as integer),
       cast(total(s.phase in ('learning', 'relearning') and s.suspended + s.parked = 0) as integer),
       cast(total(s.phase = 'review' and s.interval < 21 and s.suspended + s.parked = 0) as integer),
       cast(total(s.phase = 'review' and s.interval >= 21 and s.suspended + s.parked = 0) as integer),
       cast(total(coalesce(s.suspended + s.parked, 0) > 0) as integer),
       cast(total(s.suspended + s.parked = 0 and coalesce(s.buried_until, ?1) <= ?1
           and (coalesce(s.due_day <= ?1, 0) or coalesce(s.due_at <= ?2, 0))) as integer)
from card as c join deck as d on d.id = c.deck left join card_state as s on s.card = c.uid
where c.present = 1
group by c.deck
order by d.place, d.id

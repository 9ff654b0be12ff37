select c.deck,
       count(*),
       sum(c.seen = 0 and coalesce(s.suspended + s.parked, 0) = 0),
       sum(s.phase in ('learning', 'relearning') and s.suspended + s.parked = 0),
       sum(s.phase = 'review' and s.interval < 21 and s.suspended + s.parked = 0),
       sum(s.phase = 'review' and s.interval >= 21 and s.suspended + s.parked = 0),
       sum(coalesce(s.suspended + s.parked, 0) > 0),
       sum(s.suspended + s.parked = 0 and coalesce(s.buried_until, ?1) <= ?1
           and (coalesce(s.due_day <= ?1, 0) or coalesce(s.due_at <= ?2, 0)))
from card as c join deck as d on d.id = c.deck left join card_state as s on s.card = c.uid
where c.present = 1
group by c.deck
order by d.place, d.id

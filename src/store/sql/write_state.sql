insert into card_state (card, phase, due_at, due_day, last_at, last_day, interval, step, reps, lapses,
                        memory, memory_a, memory_b, suspended, parked, buried_until, flag, last_grade)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
on conflict (card) do update set
    phase = ?2, due_at = ?3, due_day = ?4, last_at = ?5, last_day = ?6, interval = ?7, step = ?8, reps = ?9,
    lapses = ?10, memory = ?11, memory_a = ?12, memory_b = ?13, suspended = ?14, parked = ?15, buried_until = ?16,
    flag = ?17, last_grade = ?18

insert into review_log (id, device, card, at, day, event, purpose, grade, quality, took_ms, verdict, given, seed,
                        version, difficulty, interval, ease, until_day, note, target)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)

//! Laws that every scheduler keeps, tested on random lives of cards. Not for the figures of any one of them.

use proptest::prelude::*;

use super::anki::Anki;
use super::fsrs::Fsrs;
use super::replay::{CardRecord, effective, replay, state_after};
use super::sm2::{Sm2, Sm2Config};
use super::sm2_1990::Sm2Of1990;
use super::{CardState, Due, MAX_INTERVAL, Memory, Phase, Scheduler};
use crate::card::CardUid;
use crate::review::{EntryId, Grade, LogEntry, LogEvent, LoggedAnswer, Purpose};
use crate::time::{DAY_MS, Day, DayStart, Moment, Timestamp, ZoneOffset};

/// One answer of a random life: the wait before it in minutes (negative: a clock set back), and what was given.
#[derive(Clone, Debug)]
struct Given {
    wait: i64,
    grade: Grade,
    quality: Option<u8>,
    interval: Option<u32>,
}

fn schedulers() -> Vec<Box<dyn Scheduler>> {
    let plain = Sm2Config { fuzz: false, ..Sm2Config::default() };
    let short = Sm2Config { max_interval: 60, growth: 0.6, ..Sm2Config::default() };
    vec![
        Box::new(Sm2::default()),
        Box::new(Sm2::new(plain).unwrap()),
        Box::new(Sm2::new(short).unwrap()),
        Box::new(Sm2Of1990),
        Box::new(Anki::default()),
        Box::new(Fsrs::default()),
    ]
}

fn grade() -> impl Strategy<Value = Grade> {
    prop::sample::select(vec![Grade::Again, Grade::Hard, Grade::Good, Grade::Good, Grade::Good, Grade::Easy])
}

fn life() -> impl Strategy<Value = Vec<Given>> {
    let wait = prop_oneof![
        4 => 0..30_i64,
        4 => 0..(400 * 1440_i64),
        1 => 0..(9_000 * 1440_i64),
        1 => (-3 * 1440_i64)..0,
    ];
    let given =
        (wait, grade(), prop::option::weighted(0.2, 0..6_u8), prop::option::weighted(0.3, 0..500_u32))
            .prop_map(|(wait, grade, quality, interval)| Given { wait, grade, quality, interval });
    prop::collection::vec(given, 0..25)
}

/// The log of a life: also quiz answers, marks and retractions between the answers, told apart by position.
fn log(card: CardUid, life: &[Given]) -> Vec<LogEntry> {
    let mut minute = 30_000_000_i64;
    let mut entries: Vec<LogEntry> = Vec::new();
    for (n, given) in life.iter().enumerate() {
        minute += given.wait;
        let at = Timestamp(minute * 60_000);
        let day = Day::of(at, ZoneOffset::UTC, DayStart::DEFAULT);
        let purpose = if n % 7 == 6 { Purpose::Quiz } else { Purpose::Review };
        let answer = LoggedAnswer {
            purpose,
            quality: given.quality,
            interval: given.interval,
            ..LoggedAnswer::review(given.grade, 5_000)
        };
        let event = match (n % 11, entries.last()) {
            (10, Some(last)) => LogEvent::Retract(last.id),
            (4, _) => LogEvent::Flag("odd".to_owned()),
            _ => LogEvent::Answer(answer),
        };
        entries.push(LogEntry { id: EntryId::new(at, n as u128), device: 1, card, at, day, event });
    }
    entries
}

fn state_of(scheduler: &dyn Scheduler, card: CardUid, life: &[Given]) -> CardState {
    replay(scheduler, effective(&log(card, life))).state
}

/// A moment some minutes after the last answer; a new card is looked at on a day of its own.
fn after(state: &CardState, minutes: i64) -> Moment {
    let last = state.last.unwrap_or(Timestamp(25_000 * DAY_MS));
    Moment::new(last.plus_ms(minutes * 60_000), ZoneOffset::UTC, DayStart::DEFAULT)
}

/// The wait that a state imposes, in days.
fn wait(state: &CardState, at: &Moment) -> f64 {
    match state.due {
        Due::At(due) => due.ms_since(at.now) as f64 / DAY_MS as f64,
        Due::On(day) => f64::from(day.days_since(at.today)),
        Due::New => panic!("an answered card is new"),
    }
}

fn check_memory(memory: Memory) {
    match memory {
        Memory::None => {}
        Memory::Ease { permille } => assert!((1300..=100_000).contains(&permille), "{permille}"),
        Memory::Sm2 { hundredths, .. } => assert!(hundredths >= 130, "{hundredths}"),
        Memory::Fsrs { stability, difficulty } => {
            assert!((0.001..=36_500.0).contains(&stability), "{stability}");
            assert!((1.0..=10.0).contains(&difficulty), "{difficulty}");
        }
    }
}

proptest! {
    #[test]
    fn a_better_grade_never_waits_less(life in life(), card: i64, minutes in -5_000..2_000_000_i64) {
        for scheduler in schedulers() {
            let state = state_of(&*scheduler, CardUid(card), &life);
            let at = after(&state, minutes);
            let next = scheduler.next_states(CardUid(card), &state, &at);
            let waits = Grade::ALL.map(|grade| wait(&next.get(grade).state, &at));
            prop_assert!(waits.is_sorted() && waits[0] > 0.0, "{} {waits:?} {state:?}", scheduler.name());
        }
    }

    #[test]
    fn a_state_is_within_its_bounds(life in life(), card: i64, minutes in -5_000..2_000_000_i64) {
        for scheduler in schedulers() {
            let state = state_of(&*scheduler, CardUid(card), &life);
            let at = after(&state, minutes);
            let next = scheduler.next_states(CardUid(card), &state, &at);
            for grade in Grade::ALL {
                let one = next.get(grade);
                check_memory(one.state.memory);
                prop_assert_eq!(one.state.reps, state.reps + 1);
                prop_assert_eq!((one.state.last, one.state.last_day), (Some(at.now), Some(at.today)));
                prop_assert!(one.ideal.is_finite() && one.ideal > 0.0);
                let Some((low, high)) = one.range else {
                    prop_assert!(matches!(one.state.due, Due::At(_)));
                    continue;
                };
                prop_assert!(1 <= low && high <= MAX_INTERVAL);
                prop_assert!((low..=high).contains(&one.state.interval));
                prop_assert_eq!(one.state.due, Due::On(at.today.plus(one.state.interval as i32)));
                for settled in [low, high, 0, u32::MAX] {
                    let state = one.settle(settled);
                    prop_assert_eq!(state.interval, settled.clamp(low, high));
                    prop_assert_eq!(state.due, Due::On(at.today.plus(state.interval as i32)));
                }
            }
            if let Some(p) = scheduler.retrievability(&state, &at) {
                prop_assert!((0.0..=1.0).contains(&p), "{} {p}", scheduler.name());
            } else {
                prop_assert_eq!(state.phase, Phase::New);
            }
        }
    }

    #[test]
    fn a_preview_equals_the_answer(life in life(), card: i64, minutes in 0..2_000_000_i64, grade in grade()) {
        for scheduler in schedulers() {
            let state = state_of(&*scheduler, CardUid(card), &life);
            let at = after(&state, minutes);
            let preview = scheduler.next_states(CardUid(card), &state, &at).get(grade).state;
            let later = Moment { now: at.now.plus_ms(1), ..at };
            let again = scheduler.next_states(CardUid(card), &state, &later).get(grade).state;
            prop_assert_eq!(preview.interval, again.interval, "a minute's thought changes no day");
            let answer = LoggedAnswer::review(grade, 1);
            prop_assert_eq!(state_after(&*scheduler, CardUid(card), &state, &at, &answer), preview);
        }
    }

    #[test]
    fn a_replay_in_any_chunks_gives_the_same_state(life in life(), card: i64, cut in 0..25_usize) {
        let entries = log(CardUid(card), &life);
        let kept = effective(&entries);
        for scheduler in schedulers() {
            let whole = replay(&*scheduler, kept.iter().copied());
            let mut parts = CardRecord::default();
            let (first, second) = kept.split_at(cut.min(kept.len()));
            first.iter().for_each(|entry| parts.step(&*scheduler, entry));
            // A stored record is a copy: going on from one must not differ.
            let mut parts = parts.clone();
            second.iter().for_each(|entry| parts.step(&*scheduler, entry));
            prop_assert_eq!(parts, whole);
        }
    }

    #[test]
    fn a_late_success_never_shortens(life in life(), card: i64, grade in grade(), late in 0..800_i64, more in 0..800_i64) {
        prop_assume!(grade != Grade::Again);
        for scheduler in schedulers() {
            let state = state_of(&*scheduler, CardUid(card), &life);
            if state.phase != Phase::Review {
                continue;
            }
            let due = i64::from(state.interval);
            let wait = |days| {
                let at = after(&state, days * 1440);
                scheduler.next_states(CardUid(card), &state, &at).get(grade).state.interval
            };
            prop_assert!(wait(due + late) <= wait(due + late + more), "{} {state:?}", scheduler.name());
        }
    }

    #[test]
    fn an_early_success_never_shrinks_and_cannot_be_farmed(life in life(), card: i64, grade in grade(), share in 0.0..1.0_f64) {
        prop_assume!(grade != Grade::Again);
        for scheduler in schedulers().into_iter().filter(|scheduler| scheduler.name() == "sm2") {
            let mut state = state_of(&*scheduler, CardUid(card), &life);
            if state.phase != Phase::Review {
                continue;
            }
            let days = (f64::from(state.interval) * share) as i64;
            let early = scheduler.next_states(CardUid(card), &state, &after(&state, days * 1440)).get(grade).state;
            prop_assert!(early.interval >= state.interval, "{state:?}");
            let interval = state.interval;
            for _ in 0..5 {
                state = scheduler.next_states(CardUid(card), &state, &after(&state, 0)).get(grade).state;
            }
            prop_assert_eq!(state.interval, interval);
        }
    }

    #[test]
    fn an_imported_card_is_due_when_it_was(ease in prop::option::of(0..20_000_u32), interval in 0..100_000_u32, due in 0..60_000_i32) {
        for scheduler in schedulers() {
            let state = scheduler.import(&CardState::NEW, ease, interval, Day(due));
            check_memory(state.memory);
            prop_assert_eq!(state.due, Due::On(Day(due)));
            prop_assert!((1..=MAX_INTERVAL).contains(&state.interval));
        }
    }
}

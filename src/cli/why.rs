//! `retain why`: the reason for a card's due date, from the first answer on; or why a deck or level is open or locked.

use super::{Outcome, output};
use crate::app::App;
use crate::review::{Grade, LogEvent, Purpose};
use crate::schedule::replay::{CardRecord, effective, moment_of};
use crate::schedule::{Due, Memory, NextState, Phase};
use crate::store::CardRow;
use crate::time::{DAY_MS, Moment};
use crate::view::words;

/// Say why a card is due when it is, or why a deck or level is locked
///
/// For a card: every answer, the state after it, and the formula with its numbers. For a deck or a level: the missing exam or
/// prerequisite, the last score, and the cheapest way on.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A card, by its id or the beginning of its number; a deck, by name or file stem; or a level
    #[arg(value_name = "CARD|DECK|LEVEL")]
    name: String,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    let place = app.level_or_deck(&args.name).ok();
    if let Some(place) = &place {
        for line in app.why_locked(place)? {
            output::say(&line)?;
        }
    }
    match app.find_card(&args.name) {
        Ok(card) => {
            if place.is_some() {
                output::say("")?;
            }
            explain(app, &card)
        }
        Err(_) if place.is_some() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn explain(app: &App, card: &CardRow) -> Outcome {
    let at = app.moment();
    let deck = app.store.deck(card.deck)?;
    output::say(&output::title(&card.title))?;
    output::say(&format!(
        "{} · {}",
        card.key,
        deck.map_or_else(|| "gone".to_owned(), |deck| deck.head.name)
    ))?;
    let schedulers = app.schedulers()?;
    let scheduler = schedulers.of(card.present.then_some(card.deck));
    output::say(&format!("scheduler: {}", scheduler.name()))?;
    output::say("")?;
    let history = app.store.history(card.uid)?;
    let mut record = CardRecord::default();
    let mut settled: Option<(NextState, u32)> = None;
    for entry in effective(&history) {
        let before = record.state;
        let when = app.zone().local(entry.at).format("%Y-%m-%d %H:%M").to_string();
        match &entry.event {
            LogEvent::Answer(answer) if answer.purpose == Purpose::Review => {
                let moment = moment_of(entry);
                let formula = scheduler.formula(&before, &moment, answer.grade);
                let next = scheduler.answer(card.uid, &before, &moment, answer.grade, answer.quality);
                record.step(scheduler, entry);
                settled =
                    Some((next, record.state.interval)).filter(|_| matches!(record.state.due, Due::On(_)));
                output::say(&format!("{when}  {:<5}  {formula}", answer.grade.name()))?;
                output::say(&format!("{:>24}{}", "", state_words(&record, &at, app)))?;
            }
            LogEvent::Answer(answer) => {
                let what = if answer.purpose == Purpose::Quiz { "quiz" } else { "exam" };
                output::say(&format!(
                    "{when}  {:<5}  in a {what}: the schedule is untouched",
                    answer.grade.name()
                ))?;
            }
            event => {
                record.step(scheduler, entry);
                output::say(&format!("{when}  {}", crate::app::front::json::event_name(event)))?;
            }
        }
    }
    if record.state.phase == Phase::New {
        return new_card(app, card, &at);
    }
    output::say("")?;
    output::say(&format!("now: {}", state_words(&record, &at, app)))?;
    if let Some((next, interval)) = settled {
        moved(&next, interval)?;
    }
    aside(app, card, &record, &at)?;
    if let Some(recall) = scheduler.retrievability(&record.state, &at) {
        output::say(&format!("recall now, as {} sees it: {:.0} %", scheduler.name(), recall * 100.0))?;
    }
    if let Some(recall) = app.foresight()?.and_then(|foresight| foresight.recall(card.uid, &at)) {
        output::say(&format!("recall now, as blend sees it: {:.0} %", recall * 100.0))?;
    }
    output::say("")?;
    output::say("answered now:")?;
    for grade in Grade::ALL {
        let next = scheduler.answer(card.uid, &record.state, &at, grade, None);
        let formula = scheduler.formula(&record.state, &at, grade);
        output::say(&format!("  {:<5}  {:>5}  {formula}", grade.name(), interval_words(&next, &at)))?;
    }
    Ok(())
}

/// What moved the date away from the formula's result.
fn moved(next: &NextState, interval: u32) -> Outcome {
    let Some((low, high)) = next.range else { return Ok(()) };
    if low == high {
        return Ok(output::say(&format!(
            "the formula gave {:.2} days, rounded to {interval}: no fuzz",
            next.ideal
        ))?);
    }
    output::say(&format!("the formula gave {:.2} days; fuzz allows {low} to {high}", next.ideal))?;
    let fuzz = next.state.interval;
    let text = if interval == fuzz {
        format!("fuzz chose {interval}: a draw fixed by the card and its number of answers")
    } else {
        format!(
            "load balancing chose {interval}, where less was due or the weekday suits better; fuzz alone would have said {fuzz}"
        )
    };
    Ok(output::say(&text)?)
}

/// Marks, siblings and limits that keep a due card from being shown.
fn aside(app: &App, card: &CardRow, record: &CardRecord, at: &Moment) -> Outcome {
    if record.suspended {
        output::say("it is suspended: `retain resume` brings it back")?;
    }
    if record.parked {
        output::say("it is parked as a leech: `retain leeches --release` brings it back")?;
    }
    if record.is_buried(at.today)
        && let Some(until) = record.buried_until
    {
        output::say(&format!("it is buried until {}", words::date(until)))?;
    }
    let today = app.store.reviewed_today(at)?;
    if today.iter().any(|row| row.block == card.block && row.card != card.uid) {
        output::say("a card of the same block was answered today: siblings wait for another day")?;
    }
    let due = app.store.due_reviews(at.today, &crate::store::QueueFilter::default())?;
    let room = app.room(at, due.len(), &today)?;
    if matches!(record.state.due, Due::On(day) if day <= at.today) && due.len() > room.reviews as usize {
        output::say(&format!(
            "{} are due and the day has room for {}: it may wait its turn",
            words::plural(due.len(), "card"),
            room.reviews
        ))?;
    }
    Ok(())
}

fn new_card(app: &App, card: &CardRow, at: &Moment) -> Outcome {
    let wanted = crate::app::plan::Wanted::default();
    let filter = app.filter(&wanted)?;
    let (plan, room) = app.plan(&wanted, &filter, at)?;
    output::say("it is new: it has no date until it is taken up")?;
    if plan.main.iter().any(|queued| queued.card == card.uid) {
        return Ok(output::say("it is among the cards of today")?);
    }
    let text = if room.backlog {
        "new cards pause while more is due than a day holds".to_owned()
    } else if let Some(waits) = locked(app, card)? {
        waits
    } else if room.new == 0 {
        "today's new cards are done: `retain review --more 5` takes up more".to_owned()
    } else {
        let deck = app.store.deck(card.deck)?;
        let requires = deck.map(|deck| deck.head.requires).unwrap_or_default();
        let decks = app.store.decks()?;
        // Nothing waits for what was passed.
        let standing = app.gates()?;
        let ids: Vec<i64> = decks
            .iter()
            .filter(|deck| requires.contains(&deck.slug))
            .filter(|deck| deck.head.level.is_none_or(|level| !standing.is_passed(level)))
            .map(|deck| deck.id)
            .collect();
        match app.store.decks_with_new(&ids, 1)?.first().and_then(|id| decks.iter().find(|deck| deck.id == *id)) {
            Some(first) => format!("its deck waits for `{}`, which still has new cards", first.slug),
            None => "other cards come first: decks are met in the order of the course, cards in the order of their deck".to_owned(),
        }
    };
    Ok(output::say(&text)?)
}

/// What keeps the card's deck locked, where something does.
fn locked(app: &App, card: &CardRow) -> Result<Option<String>, super::Failure> {
    let Some(deck) = app.store.deck(card.deck)? else { return Ok(None) };
    if !app.is_locked(&deck, &app.gates()?, &app.roadmap()) {
        return Ok(None);
    }
    Ok(Some(format!("its deck is locked: `retain why {}` says what opens it", deck.slug)))
}

fn state_words(record: &CardRecord, at: &Moment, app: &App) -> String {
    let state = &record.state;
    let due = match state.due {
        Due::New => "new".to_owned(),
        Due::At(instant) => format!("due at {}", app.zone().local(instant).format("%Y-%m-%d %H:%M")),
        Due::On(day) => {
            format!("interval {}, due {}", words::interval_days(state.interval), words::date(day))
        }
    };
    let _ = at;
    let memory = match state.memory {
        Memory::None => String::new(),
        Memory::Ease { permille } => format!(", ease {:.3}", f64::from(permille) / 1000.0),
        Memory::Sm2 { hundredths, repetition } => {
            format!(", ease {:.2}, repetition {repetition}", f64::from(hundredths) / 100.0)
        }
        Memory::Fsrs { stability, difficulty } => {
            format!(", stability {stability:.2} d, difficulty {difficulty:.2}")
        }
    };
    let lapses = if state.lapses > 0 {
        format!(", {}", words::plural(state.lapses as usize, "lapse"))
    } else {
        String::new()
    };
    format!("{due}{memory}{lapses}")
}

fn interval_words(next: &NextState, at: &Moment) -> String {
    match next.state.due {
        Due::At(due) => words::interval(due.ms_since(at.now).clamp(0, 100 * DAY_MS)),
        Due::On(_) | Due::New => words::interval_days(next.state.interval),
    }
}

//! `retain history` and `retain relink`: what happened to one card, its text and its answers, and a wrong match undone.

use super::changes::line;
use super::{Failure, Outcome, check, output};
use crate::app::App;
use crate::app::check::shown;
use crate::app::front::json::event_name;
use crate::card::CardKind;
use crate::review::{LogEvent, Purpose};
use crate::store::CardRow;
use crate::view::words;

/// Show everything that happened to a card: its answers and marks, and what became of its text
#[derive(Debug, clap::Args)]
pub(super) struct HistoryArgs {
    /// The card: its id, or the beginning of its number
    card: String,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// Undo a wrong match of a history with a text
///
/// When a deck was edited so much that the wrong text got a history, give it to the right one. The log itself is never
/// changed, and each form can be taken back.
#[derive(Debug, clap::Args)]
pub(super) struct RelinkArgs {
    /// The card whose text is to have another history: its id, or the beginning of its number
    card: String,
    /// Take over the history of this card, gone or not; it gets the other's in return
    #[arg(long, value_name = "OLD", required_unless_present = "apart", conflicts_with = "apart")]
    to: Option<String>,
    /// Begin afresh, and leave the history to the text that was there before
    #[arg(long)]
    apart: bool,
}

pub(super) fn history(app: &mut App, args: &HistoryArgs) -> Outcome {
    app.refresh(&[])?;
    let card = app.find_card(&args.card)?;
    let changes = app.store.changes(Some(card.uid), u32::MAX)?;
    let entries = app.store.history(card.uid)?;
    let deck = app.store.deck(card.deck)?.filter(|_| card.present);
    let problem = match app.load(card.uid)? {
        Some(loaded) => match loaded.card.kind {
            CardKind::Problem { family, parameters } => Some((family, parameters)),
            _ => None,
        },
        None => None,
    };
    let when = |at: crate::time::Timestamp| app.zone().local(at).format("%Y-%m-%d %H:%M").to_string();
    let undone: std::collections::HashSet<_> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            LogEvent::Retract(target) => Some(*target),
            _ => None,
        })
        .collect();
    let here = check::here();
    let name = |deck: &str| shown(std::path::Path::new(deck), here.as_deref());
    let mut rows: Vec<(i64, String, serde_json::Value)> = Vec::new();
    for change in &changes {
        let json = serde_json::json!({
            "at": change.at.to_rfc3339(app.zone()), "change": change.change, "old_card": change.old_key,
            "new_card": change.new_key, "old_title": change.old_title, "new_title": change.new_title,
            "old_deck": change.old_deck, "new_deck": change.new_deck,
        });
        rows.push((change.at.0, format!("{}  {}", when(change.at), line(change, 0, name)), json));
    }
    let mut drawn = false;
    for entry in &entries {
        let mut notes = Vec::new();
        let what = match &entry.event {
            LogEvent::Answer(answer) => {
                match answer.purpose {
                    Purpose::Review => {}
                    Purpose::Quiz => notes.push("quiz".to_owned()),
                    Purpose::Exam => notes.push("exam".to_owned()),
                }
                if let Some(days) = answer.interval {
                    notes.push(format!("back in {}", words::interval_days(days)));
                }
                notes.push(words::duration(u64::from(answer.took_ms)));
                if let (Some(seed), Some(version), Some(difficulty)) =
                    (answer.seed, answer.version, answer.difficulty)
                {
                    drawn = true;
                    notes.push(format!("--seed {seed} --difficulty {difficulty} --family-version {version}"));
                }
                answer.grade.to_string().to_lowercase()
            }
            LogEvent::Flag(note) => {
                notes.push(note.clone());
                event_name(&entry.event).to_owned()
            }
            event => event_name(event).to_owned(),
        };
        if undone.contains(&entry.id) {
            notes.push("undone".to_owned());
        }
        notes.retain(|note| !note.is_empty());
        let mut json = serde_json::json!({
            "at": entry.at.to_rfc3339(app.zone()), "event": event_name(&entry.event), "what": what,
            "undone": undone.contains(&entry.id),
        });
        if let LogEvent::Answer(answer) = &entry.event {
            json["given"] = answer.given.clone().into();
            json["seed"] = answer.seed.into();
            json["version"] = answer.version.into();
            json["difficulty"] = answer.difficulty.into();
        }
        let text = format!("{}  {what:<8}  {}", when(entry.at), notes.join(", "));
        rows.push((entry.at.0, text.trim_end().to_owned(), json));
    }
    rows.sort_by_key(|(at, _, _)| *at);
    if args.json {
        let object = serde_json::json!({
            "card": card.key.0, "number": card.uid.to_string(), "title": card.title, "present": card.present,
            "deck": deck.map(|deck| deck.path), "history": rows.into_iter().map(|(_, _, json)| json).collect::<Vec<_>>(),
        });
        return Ok(output::raw(format!("{object:#}\n").as_bytes())?);
    }
    output::say(&output::title(&card.title))?;
    let place = deck.map_or_else(|| "gone from the decks".to_owned(), |deck| name(&deck.path));
    output::say(&format!("{} · number {} · {place}", card.key, card.uid))?;
    output::say("")?;
    if rows.is_empty() {
        return Ok(output::say("nothing happened to it yet")?);
    }
    for (_, text, _) in rows {
        output::say(&text)?;
    }
    if let Some((family, parameters)) = problem.filter(|_| drawn) {
        let set: String = parameters.iter().map(|(name, value)| format!(" --set '{name}={value}'")).collect();
        output::say("")?;
        output::say(&format!(
            "to see one again, with the end of its line: retain problem show {family}{set}"
        ))?;
    }
    Ok(())
}

pub(super) fn relink(app: &mut App, args: &RelinkArgs) -> Outcome {
    app.refresh(&[])?;
    let card = app.find_card(&args.card)?;
    if args.apart {
        let left_to = app.part(&card)?;
        let gone = app.find_card(&left_to.0)?;
        output::say(&format!("begins afresh: {}", output::title(&card.title)))?;
        output::say(&format!(
            "{} left to the earlier text: {}",
            reviews(app, &gone)?,
            output::title(&gone.title)
        ))?;
        let text = app.find_card(&card.key.0)?;
        return Ok(output::say(&format!(
            "to take it back: retain relink {} --to {}",
            name_of(&text),
            gone.uid
        ))?);
    }
    let Some(old) = &args.to else { return Err(Failure::usage("say `--to CARD` or `--apart`")) };
    let history = app.find_card(old)?;
    app.exchange(&card, &history)?;
    // The rows have changed places: each key now stands in the other's row.
    let (text, other) = (app.find_card(&card.key.0)?, app.find_card(&history.key.0)?);
    output::say(&format!("{} now with: {}", reviews(app, &text)?, output::title(&text.title)))?;
    output::say(&format!("{} now with: {}", reviews(app, &other)?, output::title(&other.title)))?;
    Ok(output::say(&format!("to take it back: retain relink {} --to {}", name_of(&text), name_of(&other)))?)
}

fn reviews(app: &App, card: &CardRow) -> Result<String, Failure> {
    let reps = app.store.record(card.uid)?.map_or(0, |record| record.state.reps);
    Ok(words::plural(reps as usize, "review"))
}

/// Returns what to type for a card.
fn name_of(card: &CardRow) -> String {
    if card.key.is_explicit() { card.key.0.clone() } else { card.uid.to_string() }
}

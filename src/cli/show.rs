//! `retain show CARD`: one card, question and answer, as a review would draw them.

use super::{Outcome, output};
use crate::app::App;
use crate::app::front::face::faces;
use crate::app::front::right_answer;
use crate::schedule::Due;
use crate::seed::Seed;
use crate::session::{Loaded, pose};
use crate::view::frame::{Line, Style};
use crate::view::review::{CardView, lines};
use crate::view::words;
use crate::view::wrap::{prefixed, wrap_text};

/// Show a card: question, answer, source and state
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The card: its id, or the beginning of its number
    card: String,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    let card = app.find_card(&args.card)?;
    let Some(loaded) = app.load(card.uid)? else {
        let hint = format!("`retain history {}` shows what became of it", card.uid);
        return Err(output::gone(&card).hint(hint));
    };
    let record = app.store.record(card.uid)?.unwrap_or_default();
    let (path, byte) = &loaded.place;
    let place = format!("{path}:{}", app.line_of(path, *byte));
    let seed = Seed(card.uid.0.cast_unsigned());
    let at = app.moment();
    let due = match record.state.due {
        Due::New => "new".to_owned(),
        Due::At(due) => format!("due in {}", words::interval(due.ms_since(at.now).max(0))),
        Due::On(day) => {
            format!(
                "due {}, interval {}",
                words::relative_day(day, at.today),
                words::interval_days(record.state.interval)
            )
        }
    };
    if args.json {
        let question = pose::pose(&loaded.card, seed, 0);
        let answer = question.as_ref().map(|question| right_answer(&question.form));
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let object = serde_json::json!({
            "card": card.key.0, "number": card.uid.to_string(), "kind": card.kind, "title": card.title,
            "deck": loaded.deck, "level": given(&loaded.level), "question": question.as_ref().map(|question| &question.prompt),
            "answer": answer, "hint": loaded.card.hint, "why": question.as_ref().and_then(|question| question.why.as_ref()),
            "source": given(&loaded.source), "tags": card.tags, "concepts": card.concepts, "place": place,
            "reviews": record.state.reps, "lapses": record.state.lapses, "interval": record.state.interval, "due": due,
        });
        return Ok(output::raw(format!("{object:#}\n").as_bytes())?);
    }
    let width = output::width(&app.config).min(80);
    let mut text = head(&loaded, &card.key.0, &card.kind, width);
    text.extend(both(&loaded, seed, width));
    text.push(Line::new());
    let mut state = vec![due, words::plural(record.state.reps as usize, "review")];
    if record.state.lapses > 0 {
        state.push(words::plural(record.state.lapses as usize, "lapse"));
    }
    for (is, word) in [(record.suspended, "suspended"), (record.parked, "parked as a leech")] {
        if is {
            state.push(word.to_owned());
        }
    }
    if let Some(note) = record.flag {
        state.push(if note.is_empty() { "flagged".to_owned() } else { format!("flagged: {note}") });
    }
    text.extend(wrap_text(&state.join(" · "), Style::Dim, width));
    text.push(Line::styled(place, Style::Dim));
    Ok(output::lines(&text, &app.config)?)
}

/// Names a card: key, kind, deck, level.
pub(super) fn head(loaded: &Loaded, key: &str, kind: &str, width: usize) -> Vec<Line> {
    let parts = [key, kind, loaded.deck.as_str(), loaded.level.as_str()];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    wrap_text(&text, Style::Accent, width)
}

/// Draws question and answer one below the other.
pub(super) fn both(loaded: &Loaded, seed: Seed, width: usize) -> Vec<Line> {
    let Some([front, back]) = faces(loaded, seed) else {
        return vec![Line::new(), Line::styled("this problem cannot be drawn", Style::Warn)];
    };
    let indent = Line::plain("  ");
    let draw = |view: &CardView| prefixed(lines(view, width.saturating_sub(2)), &indent, &indent);
    let mut all = draw(&front);
    let answer = draw(&back);
    // A recalled answer brings its own rule.
    let has_rule = answer.get(1).is_some_and(|line| line.text().trim_start().starts_with('╌'));
    if !has_rule {
        all.push(Line::new());
        all.push(indent.clone().with("╌".repeat(12.min(width)), Style::Dim));
    }
    all.extend(answer);
    all
}

//! `retain list` and `retain search`: cards by what they are and say.

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::search::{Found, Query, Results};
use crate::schedule::Due;
use crate::time::Moment;
use crate::view::words;
use crate::view::wrap::clipped;

const FILTERS: &str = "Filters:
  deck:NAME     of this deck, by name or file stem
  tag:TAG       with this tag, its own or its deck's
  level:LEVEL   beginner, intermediate or advanced
  concept:NAME  teaching this concept
  is:STATE      due, new, learning, leech, suspended, buried or flagged
  words         holding these words, anywhere in the card; \"quotes\" keep several together
  -FILTER       the opposite of any of these

All must hold. Exit 1 when no card fits.";

/// List cards, all or those that fit
#[derive(Debug, clap::Args)]
#[command(after_help = FILTERS)]
pub(super) struct ListArgs {
    /// What they must be or say
    #[arg(allow_hyphen_values = true)]
    filter: Vec<String>,
    /// As one JSON array
    #[arg(long)]
    json: bool,
}

/// Search the text of all cards, and show where the words stand
#[derive(Debug, clap::Args)]
#[command(after_help = FILTERS)]
pub(super) struct SearchArgs {
    /// What they must say or be
    #[arg(required = true, allow_hyphen_values = true)]
    query: Vec<String>,
    /// As one JSON array
    #[arg(long)]
    json: bool,
}

pub(super) fn list(app: &mut App, args: &ListArgs) -> Outcome {
    run(app, &args.filter, args.json, false)
}

pub(super) fn search(app: &mut App, args: &SearchArgs) -> Outcome {
    run(app, &args.query, args.json, true)
}

fn run(app: &mut App, filter: &[String], mut json: bool, with_lines: bool) -> Outcome {
    // `-tag:x` must not be taken for an option, so clap leaves all that follows to us.
    let mut conditions = Vec::new();
    for word in filter {
        match word.as_str() {
            "--json" => json = true,
            word if word.starts_with("--") => {
                let command = if with_lines { "search" } else { "list" };
                return Err(Failure::usage(format!("there is no option `{word}`"))
                    .hint(format!("`retain {command} --help` tells options and filters")));
            }
            word => conditions.push(word),
        }
    }
    let query = Query::parse(&conditions)?;
    app.refresh(&[])?;
    let results = app.search(&query)?;
    let at = app.moment();
    if json {
        let rows: Vec<_> = results.found.iter().map(|found| row(&results, found, &at)).collect();
        output::raw(format!("{:#}\n", serde_json::Value::from(rows)).as_bytes())?;
        return if results.found.is_empty() { Err(Failure::said()) } else { Ok(()) };
    }
    if results.found.is_empty() {
        let failure = Failure::no("no card fits");
        return Err(match query.meant() {
            Some(meant) => failure.hint(format!("did you mean `{meant}`")),
            None => failure.hint("`retain list --help` tells the filters"),
        });
    }
    let width = output::width(&app.config);
    // The beginning of a number is enough to name a card; where room is short it leaves some to the title.
    let digits = if width < 60 { 8 } else { 16 };
    let name = |found: &Found| {
        let key = &found.card.key;
        if key.is_explicit() { key.0.clone() } else { found.card.uid.to_string()[..digits].to_owned() }
    };
    let mut text = String::new();
    for cards in results.found.chunk_by(|a, b| a.deck == b.deck) {
        text.push_str(&format!("{}\n", results.decks[cards[0].deck].head.name));
        // Titles stand below one another, unless a name is so long that it would take their room.
        let names = cards.iter().map(|found| crate::source::columns(&name(found)));
        let column = names.filter(|&columns| columns * 5 <= width * 2).max().unwrap_or(0);
        for found in cards {
            let state = state(found, &at);
            let line = format!("  {:<column$}  {}", name(found), output::title(&found.card.title));
            let room = width.saturating_sub(crate::source::columns(&state) + 2);
            let line = clipped(&line, room);
            let gap = width.saturating_sub(crate::source::columns(&line) + crate::source::columns(&state));
            text.push_str(&format!("{line}{}{state}\n", " ".repeat(gap)));
            // The line that fits is told where the title does not show it.
            let shown = |line: &&String| with_lines && !line.contains(&found.card.title);
            if let Some(line) = found.line.as_ref().filter(shown) {
                text.push_str(&clipped(&format!("      {}", line.trim()), width));
                text.push('\n');
            }
        }
    }
    text.push_str(&words::plural(results.found.len(), "card"));
    Ok(output::say(&text)?)
}

/// Says in a word or two where a card stands.
fn state(found: &Found, at: &Moment) -> String {
    let Some(record) = &found.record else { return "new".to_owned() };
    if record.suspended {
        return "suspended".to_owned();
    }
    if record.parked {
        return "leech".to_owned();
    }
    let flag = if record.flag.is_some() { "flagged, " } else { "" };
    let due = match record.state.due {
        Due::New => "new".to_owned(),
        Due::At(due) if due <= at.now => "due".to_owned(),
        Due::At(due) => format!("in {}", words::interval(due.ms_since(at.now))),
        Due::On(day) if day <= at.today => "due".to_owned(),
        Due::On(day) => words::relative_day(day, at.today),
    };
    format!("{flag}{due}")
}

/// A card as data.
pub(super) fn row(results: &Results, found: &Found, at: &Moment) -> serde_json::Value {
    let deck = &results.decks[found.deck];
    let record = found.record.clone().unwrap_or_default();
    let state = &record.state;
    let (due_day, due_at) = match state.due {
        Due::New => (None, None),
        Due::At(due) => (None, Some(due.to_rfc3339(at.zone))),
        Due::On(day) => (Some(day.to_string()), None),
    };
    let mut object = serde_json::json!({
        "card": found.card.key.0, "number": found.card.uid.to_string(), "title": found.card.title,
        "kind": found.card.kind, "deck": deck.slug, "deck_name": deck.head.name, "path": deck.path,
        "level": deck.head.level, "tags": found.card.tags.iter().chain(&deck.head.tags).collect::<Vec<_>>(),
        "concepts": found.card.concepts, "stage": format!("{:?}", state.phase).to_lowercase(),
        "due_day": due_day, "due_at": due_at, "interval": state.interval, "reviews": state.reps,
        "lapses": state.lapses, "suspended": record.suspended, "leech": record.parked, "flag": record.flag,
    });
    if let Some(line) = &found.line {
        object["line"] = line.as_str().into();
    }
    object
}

//! What changed in decks since the last load, as `check` and `status` say it.
//! Not for finding it out (`app/index.rs`).

use std::collections::HashMap;

use super::{Failure, Outcome, check, output};
use crate::app::App;
use crate::app::check::shown;
use crate::app::index::Indexed;
use crate::shelf::SHIPPED_PREFIX;
use crate::store::CardChange;
use crate::view::words;

/// Changes of one kind that are shown; the rest is counted.
const SHOWN: usize = 20;

/// What is not taken over yet.
pub(super) struct Changes {
    /// Cards that were known, with the number of their reviews.
    known: Vec<(CardChange, u32)>,
    /// Cards never seen before: how many in which deck.
    new: Vec<(String, usize)>,
}

/// Takes what concerns some decks.
pub(super) fn of(app: &App, indexed: Indexed, concerns: impl Fn(&str) -> bool) -> Result<Changes, Failure> {
    let mut known = Vec::new();
    for change in indexed.changes {
        let decks = [&change.old_deck, &change.new_deck];
        if decks.into_iter().flatten().any(|deck| concerns(deck)) {
            let reviews = app.store.record(change.card)?.map_or(0, |record| record.state.reps);
            known.push((change, reviews));
        }
    }
    let new = indexed.new.into_iter().filter(|(deck, _)| concerns(deck)).collect();
    Ok(Changes { known, new })
}

impl Changes {
    /// Tells whether nothing changed.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.new.is_empty()
    }

    /// Says it, a line a card.
    pub(super) fn say(&self) -> Outcome {
        let here = check::here();
        let name = |deck: &str| shown(std::path::Path::new(deck), here.as_deref());
        let mut said: HashMap<&str, usize> = HashMap::new();
        for (change, reviews) in &self.known {
            let count = said.entry(change.change.as_str()).or_default();
            *count += 1;
            if *count > SHOWN {
                continue;
            }
            output::say(&format!("  {}", line(change, *reviews, name)))?;
        }
        let mut more: Vec<_> = said.into_iter().filter(|(_, count)| *count > SHOWN).collect();
        more.sort_unstable();
        for (what, count) in more {
            output::say(&format!("  {what:<8}  {} more", count - SHOWN))?;
        }
        // The course comes whole; the learner's own decks one by one.
        let (course, own): (Vec<_>, Vec<_>) =
            self.new.iter().partition(|(deck, _)| deck.starts_with(SHIPPED_PREFIX));
        for (deck, count) in own.iter().take(SHOWN) {
            output::say(&format!("  {:<8}  {}: {}", "new", name(deck), words::plural(*count, "card")))?;
        }
        if own.len() > SHOWN {
            let decks = words::plural(own.len() - SHOWN, "more deck");
            output::say(&format!("  {:<8}  {decks}", "new"))?;
        }
        if !course.is_empty() {
            let cards = words::plural(course.iter().map(|(_, count)| count).sum(), "card");
            let decks = words::plural(course.len(), "deck");
            output::say(&format!("  {:<8}  the course: {decks}, {cards}", "new"))?;
        }
        Ok(())
    }

    /// Writes it as JSON, a line a card or deck.
    pub(super) fn json_lines(&self) -> String {
        let mut text = String::new();
        for object in self.json() {
            text.push_str(&object.to_string());
            text.push('\n');
        }
        text
    }

    /// Returns it as JSON objects.
    pub(super) fn json(&self) -> Vec<serde_json::Value> {
        let known = self.known.iter().map(|(change, reviews)| {
            serde_json::json!({
                "change": change.change, "number": change.card.to_string(), "reviews": reviews,
                "old_card": change.old_key, "new_card": change.new_key,
                "old_title": change.old_title, "new_title": change.new_title,
                "old_deck": change.old_deck, "new_deck": change.new_deck,
            })
        });
        let new = self
            .new
            .iter()
            .map(|(deck, cards)| serde_json::json!({ "change": "new", "new_deck": deck, "cards": cards }));
        known.chain(new).collect()
    }
}

/// Says what became of a card in one line.
pub(super) fn line(change: &CardChange, reviews: u32, name: impl Fn(&str) -> String) -> String {
    let plain = |title: &Option<String>| output::title(title.as_deref().unwrap_or_default());
    let (old, new) = (plain(&change.old_title), plain(&change.new_title));
    let deck = change.new_deck.as_deref().or(change.old_deck.as_deref()).map(&name).unwrap_or_default();
    let kept = match reviews {
        0 => String::new(),
        _ => format!(" ({} kept)", words::plural(reviews as usize, "review")),
    };
    let what = &change.change;
    match (&change.old_deck, &change.new_deck) {
        (_, None) => format!("{what:<8}  {deck}: {old}{kept}"),
        (Some(from), Some(to)) if from != to => {
            format!("{what:<8}  {} → {}: {new}{kept}", name(from), name(to))
        }
        _ if old == new || old.is_empty() => format!("{what:<8}  {deck}: {new}{kept}"),
        _ => format!("{what:<8}  {deck}: {old} → {new}{kept}"),
    }
}

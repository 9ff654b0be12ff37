//! The two faces of a card outside a review: the question, and the answer as it looks when it was given right.
//! Not for a card being answered (`terminal.rs`).

use super::drafting::part;
use crate::review::Verdict;
use crate::seed::Seed;
use crate::session::draft::Draft;
use crate::session::{Loaded, pose};
use crate::view::review::{CardView, Note, Part};

/// Returns the question and the answer of a card; `None` for a problem that cannot be drawn.
///
/// `seed` decides the order of options and what a problem draws.
#[must_use]
pub fn faces(loaded: &Loaded, seed: Seed) -> Option<[CardView; 2]> {
    let question = pose::pose(&loaded.card, seed, 0)?;
    let draft = Draft::Recall;
    let view = |revealed: bool| CardView {
        deck: loaded.deck.clone(),
        level: loaded.level.clone(),
        prompt: question.prompt.clone(),
        part: part(&question.form, &draft, revealed),
        revealed,
        ..CardView::default()
    };
    let shown = |text: &Option<String>| text.clone().map_or(Note::None, Note::Shown);
    let front = CardView { hint: shown(&question.hint), ..view(false) };
    let mut back = view(true);
    // The question stands above it already.
    back.prompt = String::new();
    back.why = shown(&question.why);
    back.source = (!loaded.source.is_empty()).then(|| loaded.source.clone());
    back.verdict = question.form.is_checked().then_some(Verdict::Right);
    match &mut back.part {
        Part::Choice { options, .. } => options.iter_mut().for_each(|option| option.chosen = option.right),
        Part::Order { items, .. } => items.sort_by_key(|item| item.right_place),
        Part::Typed { text, right, .. } => text.clone_from(right),
        Part::Recall { .. } | Part::Cloze { .. } => {}
    }
    Some([front, back])
}

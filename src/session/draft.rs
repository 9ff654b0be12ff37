//! An answer while it is being given: options marked, items moved, text typed. Pure: edits in, answer out.
//! Not for keys (`app/`) or for how it looks (`view/`).

use crate::card::{Form, Given};

/// An answer in the making.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    /// Nothing to give: the learner recalls, then grades.
    Recall,
    /// Options, with a mark each; a single choice has at most one.
    Choice {
        /// Which options are marked.
        marked: Vec<bool>,
        /// The option the cursor is on.
        cursor: usize,
        /// Whether several may be marked.
        several: bool,
    },
    /// Items being arranged.
    Order {
        /// The present arrangement, as indices into the items shown.
        places: Vec<usize>,
        /// The item the cursor is on.
        cursor: usize,
        /// Whether the item under the cursor moves along with it.
        held: bool,
    },
    /// A word or a number; the cursor counts characters.
    Text {
        /// What stands there.
        text: String,
        /// The place of the cursor, in characters.
        cursor: usize,
    },
}

impl Draft {
    /// Starts a draft for a form; a cloze is typed only if the learner prefers so.
    #[must_use]
    pub fn new(form: &Form, type_cloze: bool) -> Self {
        match form {
            Form::Recall { .. } => Self::Recall,
            Form::Cloze { .. } if !type_cloze => Self::Recall,
            Form::Choice { options, several } => {
                Self::Choice { marked: vec![false; options.len()], cursor: 0, several: *several }
            }
            Form::Order { items, .. } => {
                Self::Order { places: (0..items.len()).collect(), cursor: 0, held: false }
            }
            Form::Cloze { .. } | Form::Typed { .. } | Form::Number { .. } => {
                Self::Text { text: String::new(), cursor: 0 }
            }
        }
    }

    /// Returns the answer as it stands; `None` while there is nothing to judge.
    #[must_use]
    pub fn given(&self) -> Option<Given> {
        match self {
            Self::Recall => None,
            Self::Choice { marked, .. } => {
                let chosen: Vec<usize> = (0..marked.len()).filter(|&index| marked[index]).collect();
                (!chosen.is_empty()).then_some(Given::Choice(chosen))
            }
            Self::Order { places, .. } => Some(Given::Order(places.clone())),
            Self::Text { text, .. } => (!text.trim().is_empty()).then(|| Given::Text(text.clone())),
        }
    }

    /// Moves the cursor by one, up or down; a held item moves along.
    pub fn step(&mut self, down: bool) {
        match self {
            Self::Choice { marked, cursor, .. } => *cursor = moved(*cursor, down, marked.len()),
            Self::Order { places, cursor, held } => {
                let to = moved(*cursor, down, places.len());
                if *held {
                    places.swap(*cursor, to);
                }
                *cursor = to;
            }
            Self::Recall | Self::Text { .. } => {}
        }
    }

    /// Marks the option under the cursor, or takes hold of the item under it; again undoes it.
    pub fn toggle(&mut self) {
        match self {
            Self::Choice { cursor, .. } => {
                let at = *cursor;
                self.pick(at);
            }
            Self::Order { held, .. } => *held = !*held,
            Self::Recall | Self::Text { .. } => {}
        }
    }

    /// Marks an option by its place and puts the cursor there; a single choice loses its other mark.
    pub fn pick(&mut self, at: usize) {
        if let Self::Choice { marked, cursor, several } = self
            && at < marked.len()
        {
            let was = marked[at];
            if !*several {
                marked.fill(false);
            }
            marked[at] = !was || !*several;
            *cursor = at;
        }
    }

    /// Puts an item at the next place from the top that is not yet decided: arranging by naming items in order.
    pub fn place(&mut self, item: usize, at: usize) {
        if let Self::Order { places, cursor, held } = self
            && let Some(from) = places.iter().position(|&place| place == item)
            && at < places.len()
        {
            let item = places.remove(from);
            places.insert(at, item);
            *cursor = at;
            *held = false;
        }
    }

    /// Types a character at the cursor.
    pub fn insert(&mut self, c: char) {
        if let Self::Text { text, cursor } = self
            && !c.is_control()
            && text.len() < 400
        {
            let at = byte_at(text, *cursor);
            text.insert(at, c);
            *cursor += 1;
        }
    }

    /// Takes the character before the cursor away.
    pub fn backspace(&mut self) {
        if let Self::Text { text, cursor } = self
            && *cursor > 0
        {
            *cursor -= 1;
            let at = byte_at(text, *cursor);
            text.remove(at);
        }
    }

    /// Empties the text.
    pub fn clear(&mut self) {
        if let Self::Text { text, cursor } = self {
            text.clear();
            *cursor = 0;
        }
    }

    /// Moves the text cursor by one, or to an end.
    pub fn travel(&mut self, to: Travel) {
        if let Self::Text { text, cursor } = self {
            let end = text.chars().count();
            *cursor = match to {
                Travel::Left => cursor.saturating_sub(1),
                Travel::Right => (*cursor + 1).min(end),
                Travel::Home => 0,
                Travel::End => end,
            };
        }
    }
}

/// A move of the text cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travel {
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// Before the first character.
    Home,
    /// After the last.
    End,
}

fn moved(at: usize, down: bool, len: usize) -> usize {
    if down { (at + 1).min(len.saturating_sub(1)) } else { at.saturating_sub(1) }
}

fn byte_at(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_choice_keeps_one_mark_and_several_keep_all() {
        let mut one = Draft::Choice { marked: vec![false; 3], cursor: 0, several: false };
        assert_eq!(one.given(), None);
        one.pick(2);
        one.pick(1);
        assert_eq!(one.given(), Some(Given::Choice(vec![1])));
        let mut several = Draft::Choice { marked: vec![false; 3], cursor: 0, several: true };
        several.pick(2);
        several.pick(0);
        assert_eq!(several.given(), Some(Given::Choice(vec![0, 2])));
        several.pick(2);
        assert_eq!(several.given(), Some(Given::Choice(vec![0])));
        several.pick(7);
        assert_eq!(several.given(), Some(Given::Choice(vec![0])));
    }

    #[test]
    fn a_held_item_moves_with_the_cursor() {
        let mut draft = Draft::Order { places: vec![0, 1, 2], cursor: 0, held: false };
        draft.step(true);
        draft.toggle();
        draft.step(true);
        draft.step(true);
        assert_eq!(draft.given(), Some(Given::Order(vec![0, 2, 1])));
        draft.place(1, 0);
        assert_eq!(draft.given(), Some(Given::Order(vec![1, 0, 2])));
    }

    #[test]
    fn text_is_edited_by_characters() {
        let mut draft = Draft::Text { text: String::new(), cursor: 0 };
        for c in "a多c".chars() {
            draft.insert(c);
        }
        draft.travel(Travel::Left);
        draft.backspace();
        draft.insert('b');
        assert_eq!(draft.given(), Some(Given::Text("abc".into())));
        draft.clear();
        assert_eq!(draft.given(), None);
    }
}

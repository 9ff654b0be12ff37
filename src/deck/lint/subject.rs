//! A block of a deck as the rules see it: what is asked, what is answered, each flattened once.
//! Not for rules.

use std::ops::Range;

use super::text::Text;
use crate::card::{Card, CardKind, ChoiceOption, DeckHead};
use crate::deck::{Block, Parsed, Tag};
use crate::source::{SourceText, Span};

/// The tag that marks a card as one that applies what it teaches.
pub(super) const APPLIED: &str = "applied";

/// What a block asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Recall,
    Term,
    Cloze,
    Choice { several: bool },
    Order,
    Typed,
    Number,
    Problem,
}

/// One option of a choice, flattened.
pub(super) struct Choosable<'a> {
    pub(super) option: &'a ChoiceOption,
    pub(super) text: Text,
}

/// One hidden part of a sentence.
pub(super) struct Hidden {
    /// Its bytes in the question's flattened text.
    pub(super) range: Range<usize>,
    /// Its bytes in the source, brackets included.
    pub(super) span: Span,
}

/// A block with at least one usable card.
pub(super) struct Subject<'a> {
    pub(super) source: &'a SourceText,
    pub(super) head: &'a DeckHead,
    pub(super) block: &'a Block,
    /// The block's first card: what all of them share is read from it.
    pub(super) card: &'a Card,
    pub(super) shape: Shape,
    /// What is asked: the question, the term, or the sentence without its brackets. Empty for a problem.
    pub(super) question: Text,
    /// What is answered, where it is one text: the answer, the definition, the first spelling.
    pub(super) answer: Option<Text>,
    /// The options of a choice.
    pub(super) options: Vec<Choosable<'a>>,
    /// The items of an arrangement.
    pub(super) items: Vec<Text>,
    /// The hidden parts of a sentence.
    pub(super) hidden: Vec<Hidden>,
}

impl<'a> Subject<'a> {
    /// Reads a block; nothing where it has no card.
    pub(super) fn new(source: &'a SourceText, head: &'a DeckHead, block: &'a Block) -> Option<Self> {
        let card = block.cards.first()?;
        let shape = match &card.kind {
            _ if block.opening() == Tag::Term => Shape::Term,
            CardKind::Recall { .. } => Shape::Recall,
            CardKind::Cloze { .. } => Shape::Cloze,
            CardKind::Choice { several, .. } => Shape::Choice { several: *several },
            CardKind::Order { .. } => Shape::Order,
            CardKind::Typed { .. } => Shape::Typed,
            CardKind::Number { .. } => Shape::Number,
            CardKind::Problem { .. } => Shape::Problem,
        };
        let text = |span| Text::new(&source.text, span, &[]);
        let mut subject = Self {
            source,
            head,
            block,
            card,
            shape,
            question: Text::default(),
            answer: None,
            options: Vec::new(),
            items: Vec::new(),
            hidden: Vec::new(),
        };
        match shape {
            Shape::Problem => {}
            Shape::Cloze => subject.read_cloze(),
            _ => subject.question = text(block.question_span()),
        }
        match &card.kind {
            CardKind::Choice { options, .. } => {
                let pairs = options.iter().zip(&block.parts);
                subject.options =
                    pairs.map(|(option, &span)| Choosable { option, text: text(span) }).collect();
            }
            CardKind::Order { .. } => subject.items = block.parts.iter().map(|&span| text(span)).collect(),
            CardKind::Typed { .. } => subject.answer = block.parts.first().map(|&span| text(span)),
            _ if matches!(shape, Shape::Recall | Shape::Term | Shape::Number) => {
                subject.answer = block.answer_span().map(text);
            }
            _ => {}
        }
        Some(subject)
    }

    fn read_cloze(&mut self) {
        let mut cuts = Vec::with_capacity(self.block.parts.len() * 2);
        for part in &self.block.parts {
            cuts.push(Span::new(part.start, part.start + 1));
            cuts.push(Span::new(part.end - 1, part.end));
        }
        self.question = Text::new(&self.source.text, self.block.question_span(), &cuts);
        let hidden = |&span: &Span| Hidden { range: self.question.range_of(span), span };
        self.hidden = self.block.parts.iter().map(hidden).collect();
    }

    /// Tells whether the card applies what it teaches: its tag says so, or its answer is computed.
    pub(super) fn is_applied(&self) -> bool {
        matches!(self.shape, Shape::Number | Shape::Problem)
            || self.card.tags.iter().any(|tag| tag == APPLIED)
    }

    /// Tells whether a free question is asked (not a sentence, a term or a problem).
    pub(super) fn asks(&self) -> bool {
        !matches!(self.shape, Shape::Cloze | Shape::Term | Shape::Problem)
    }

    /// Yields what the learner is to produce, where it is text: answer, hidden parts, or right options.
    pub(super) fn keys(&self) -> Vec<Key> {
        let whole = |text: &Text| Key {
            words: text.words.iter().map(|word| word.text.clone()).collect(),
            content: text.content(),
            plain: text.plain.clone(),
            span: text.span,
        };
        match self.shape {
            Shape::Cloze => {
                let key = |hidden: &Hidden| Key {
                    words: self
                        .question
                        .words_in(&hidden.range)
                        .iter()
                        .map(|word| word.text.clone())
                        .collect(),
                    content: self
                        .question
                        .words_in(&hidden.range)
                        .iter()
                        .filter_map(super::text::Word::content)
                        .map(std::borrow::Cow::into_owned)
                        .collect(),
                    plain: self.question.plain[hidden.range.clone()].trim().to_owned(),
                    span: hidden.span,
                };
                self.hidden.iter().map(key).collect()
            }
            Shape::Choice { .. } => {
                self.options.iter().filter(|each| each.option.right).map(|each| whole(&each.text)).collect()
            }
            _ => self.answer.iter().map(whole).collect(),
        }
    }

    /// Returns the place of the whole question: the caret of faults that no word alone has.
    pub(super) fn question_at(&self) -> Span {
        let span = self.block.question_span();
        // One line is enough to point at; a question may be long.
        let text = self.source.slice(span);
        Span::new(span.start, span.start + text.find('\n').unwrap_or(text.len()))
    }

    /// Returns the place of the answer: its first line.
    pub(super) fn answer_at(&self) -> Span {
        let span = self.block.answer_span().unwrap_or(self.block.question_span());
        let text = self.source.slice(span);
        Span::new(span.start, span.start + text.find('\n').unwrap_or(text.len()))
    }

    /// Returns the place of a tag's line, where the block has it.
    pub(super) fn tag_at(&self, tag: Tag) -> Option<Span> {
        self.block.section(tag).map(|section| section.body)
    }
}

/// What a learner is to produce.
pub(super) struct Key {
    pub(super) words: Vec<String>,
    pub(super) content: Vec<String>,
    pub(super) plain: String,
    pub(super) span: Span,
}

/// Reads all blocks of a deck that have cards.
pub(super) fn subjects<'a>(source: &'a SourceText, parsed: &'a Parsed) -> Vec<Subject<'a>> {
    parsed.blocks.iter().filter_map(|block| Subject::new(source, &parsed.head, block)).collect()
}

//! From sections to cards: what a block asks, what belongs to it, and the keys of its cards.
//! Not for where sections begin and end (`outline.rs`).

use crate::card::{Card, CardKey, CardKind};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

use super::comment::{Allow, Id};
use super::line::Tag;
use super::outline::{Draft, Section, body_text};
use super::problem::ProblemBlock;
use super::{answers, cloze, key, problem, repair};

/// One block of a deck: the text from a tag that opens a card to the end of what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// From the first byte of the opening tag to the last byte that belongs to the block.
    pub span: Span,
    /// The sections in the author's order; the first is the one that opened the block.
    pub sections: Vec<Section>,
    /// The author's id.
    pub id: Option<Id>,
    /// Rules of the linter that are not to be applied here.
    pub allows: Vec<Allow>,
    /// The lines of the block that hold comments of ours, line ends included; they belong to no section.
    pub comments: Vec<Span>,
    /// Where options, items, spellings or deletions (brackets included) stand, in order; empty for other kinds.
    pub parts: Vec<Span>,
    /// The problem, with the places of its parameters.
    pub problem: Option<ProblemBlock>,
    /// The cards; none where a fault made the block unusable.
    pub cards: Vec<Card>,
}

impl Block {
    /// Returns the tag that opened the block.
    #[must_use]
    pub fn opening(&self) -> Tag {
        self.sections.first().map_or(Tag::Question, |section| section.tag)
    }

    /// Returns the section of a tag.
    #[must_use]
    pub fn section(&self, tag: Tag) -> Option<&Section> {
        self.sections.iter().find(|section| section.tag == tag)
    }

    /// Returns the section that answers the question or defines the term.
    #[must_use]
    pub fn answer(&self) -> Option<&Section> {
        self.sections.iter().find(|section| section.tag.answers())
    }

    /// Returns the bytes of what is asked: the text of the opening section.
    #[must_use]
    pub fn question_span(&self) -> Span {
        self.sections.first().map_or(self.span, |section| section.body)
    }

    /// Returns the bytes of the answer, where it has a section of its own.
    #[must_use]
    pub fn answer_span(&self) -> Option<Span> {
        self.answer().map(|section| section.body)
    }
}

/// Reads a block's sections.
pub(super) fn read(source: &str, draft: Draft, diagnostics: &mut Vec<Diagnostic>) -> Block {
    let span = draft.span();
    let mut block = Block {
        span,
        sections: Vec::new(),
        id: None,
        allows: Vec::new(),
        comments: Vec::new(),
        parts: Vec::new(),
        problem: None,
        cards: Vec::new(),
    };
    if !draft.broken {
        cards(source, &draft, &mut block, diagnostics);
    }
    block.sections = draft.sections;
    block.id = draft.id;
    block.allows = draft.allows;
    block.comments = draft.holes;
    block
}

fn empty_section(section: &Section) -> Diagnostic {
    let name = section.tag.text();
    let (code, help) = match section.tag {
        Tag::Question | Tag::Cloze | Tag::Term => {
            ("empty-question", format!("write the text after `{name}`"))
        }
        Tag::Problem => ("empty-question", "name a family, as `Problem: raft.commit-index`".to_owned()),
        _ => ("empty-answer", format!("write the text after `{name}`")),
    };
    Diagnostic::new(code, Severity::Error, section.tag_span, format!("`{name}` without text")).help(help)
}

fn cards(source: &str, draft: &Draft, block: &mut Block, diagnostics: &mut Vec<Diagnostic>) {
    let mut usable = true;
    for section in &draft.sections {
        if section.body.is_empty() {
            if section.tag.opens() || section.tag.answers() {
                diagnostics.push(empty_section(section));
                usable = false;
            } else {
                let name = section.tag.text();
                diagnostics.push(
                    Diagnostic::new(
                        "empty-tag",
                        Severity::Warning,
                        section.tag_span,
                        format!("`{name}` without text"),
                    )
                    .help(format!("write the text after `{name}`, or take the line out"))
                    .maybe_fix(Some(repair::without_lines(source, section.tag_span))),
                );
            }
        }
    }
    let extras = Extras::read(source, draft, diagnostics);
    if !usable {
        return;
    }
    let Some(kinds) = kinds(source, draft, block, diagnostics) else { return };
    let Some(first) = kinds.first() else { return };
    let block_key =
        draft.id.as_ref().map_or_else(|| own_key(draft.opening(), first), |id| CardKey(id.text.clone()));
    let concepts = match (extras.concepts, &draft.id) {
        (Some(concepts), _) => concepts,
        (None, Some(id)) => vec![id.text.split('/').next().unwrap_or_default().to_owned()],
        (None, None) => Vec::new(),
    };
    let single = kinds.len() == 1;
    block.cards = kinds
        .into_iter()
        .enumerate()
        .map(|(index, kind)| Card {
            key: match (draft.opening(), index) {
                (Tag::Term, 0) => CardKey(format!("{block_key}#term")),
                (Tag::Term, _) => CardKey(format!("{block_key}#definition")),
                _ if single => block_key.clone(),
                _ => CardKey(format!("{block_key}#{}", index + 1)),
            },
            block_key: block_key.clone(),
            kind,
            hint: extras.hint.clone(),
            why: extras.why.clone(),
            source: extras.source.clone(),
            tags: extras.tags.clone(),
            concepts: concepts.clone(),
            confuses: extras.confuses.clone(),
            span: block.span,
        })
        .collect();
}

/// What every kind may carry.
#[derive(Default)]
struct Extras {
    hint: Option<String>,
    why: Option<String>,
    source: Option<String>,
    tags: Vec<String>,
    concepts: Option<Vec<String>>,
    confuses: Vec<String>,
}

impl Extras {
    fn read(source: &str, draft: &Draft, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut extras = Self::default();
        for section in draft.sections.iter().filter(|section| !section.body.is_empty()) {
            let text = || Some(body_text(source, section.body, &draft.holes));
            match section.tag {
                Tag::Hint => extras.hint = text(),
                Tag::Why => extras.why = text(),
                Tag::Source => {
                    extras.source =
                        text().map(|text| if text.contains('\n') { answers::one_line(&text) } else { text });
                }
                Tag::Tags => extras.tags = answers::words(source, section.body, diagnostics),
                Tag::Concepts => extras.concepts = Some(answers::ids(source, section.body, diagnostics)),
                Tag::Confuses => extras.confuses = answers::ids(source, section.body, diagnostics),
                _ => {}
            }
        }
        extras
    }
}

/// Returns what the cards of a block ask.
fn kinds(
    source: &str,
    draft: &Draft,
    block: &mut Block,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<CardKind>> {
    let opening = draft.sections.first()?;
    match opening.tag {
        Tag::Cloze => {
            let cloze = cloze::read(source, opening.body, diagnostics)?;
            block.parts = cloze.deletions.iter().map(|deletion| deletion.source).collect();
            let kind = |deletion: &cloze::Deletion| CardKind::Cloze {
                text: cloze.text.clone(),
                hidden: deletion.hidden,
            };
            Some(cloze.deletions.iter().map(kind).collect())
        }
        Tag::Term => {
            let definition = draft.sections.iter().find(|section| section.tag == Tag::Definition)?;
            let term = body_text(source, opening.body, &draft.holes);
            let definition = body_text(source, definition.body, &draft.holes);
            Some(term_kinds(&term, &definition).into())
        }
        Tag::Problem => {
            let read = problem::problem(source, opening.body, &draft.holes, diagnostics)?;
            let kind = CardKind::Problem { family: read.family.clone(), parameters: read.parameters.clone() };
            block.problem = Some(read);
            Some(vec![kind])
        }
        _ => {
            let answer = draft.sections.iter().find(|section| section.tag.answers())?;
            let question = body_text(source, opening.body, &draft.holes);
            question_kind(source, draft, question, answer, block, diagnostics).map(|kind| vec![kind])
        }
    }
}

/// Returns the two cards of a term and its definition, in hashcards' words.
pub(super) fn term_kinds(term: &str, definition: &str) -> [CardKind; 2] {
    let text = format!("Term: {term}\n\nDefinition: {definition}");
    let after = 6 + term.len() + "\n\nDefinition: ".len();
    [
        CardKind::Cloze { text: text.clone(), hidden: Span::new(6, 6 + term.len()) },
        CardKind::Cloze { text, hidden: Span::new(after, after + definition.len()) },
    ]
}

fn question_kind(
    source: &str,
    draft: &Draft,
    question: String,
    answer: &Section,
    block: &mut Block,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<CardKind> {
    Some(match answer.tag {
        Tag::Order => {
            let (items, spans) = answers::items(source, answer.body, &draft.holes, diagnostics)?;
            block.parts = spans;
            CardKind::Order { question, items }
        }
        Tag::Type => {
            let read = answers::spellings(source, answer.body, diagnostics)?;
            block.parts = read.spans;
            CardKind::Typed { question, accepted: read.accepted, exact: read.exact }
        }
        Tag::Number => {
            let answer = answers::number(source, answer.body, diagnostics)?;
            CardKind::Number { question, answer }
        }
        _ => match answers::options(source, answer.body, &draft.holes, diagnostics) {
            Some(read) => {
                block.parts = read.spans;
                let several = read.options.iter().filter(|option| option.right).count() > 1;
                CardKind::Choice { question, options: read.options, several }
            }
            None => CardKind::Recall { question, answer: body_text(source, answer.body, &draft.holes) },
        },
    })
}

/// Returns the key of a block without an id, from the first of its kinds.
fn own_key(opening: Tag, kind: &CardKind) -> CardKey {
    match kind {
        CardKind::Cloze { text, hidden } if opening == Tag::Term => {
            key::key("t", [&text[hidden.start..hidden.end]])
        }
        CardKind::Cloze { text, .. } => key::key("c", [text.as_str()]),
        CardKind::Recall { question, .. }
        | CardKind::Typed { question, .. }
        | CardKind::Number { question, .. } => key::key("q", [question.as_str()]),
        CardKind::Choice { question, options, .. } => {
            with_sorted("choice", question, options.iter().map(|option| option.text.as_str()))
        }
        CardKind::Order { question, items } => {
            with_sorted("order", question, items.iter().map(String::as_str))
        }
        // A table of toml's is sorted by name.
        CardKind::Problem { family, parameters } => key::key("p", [family.as_str(), &parameters.to_string()]),
    }
}

fn with_sorted<'a>(domain: &str, question: &'a str, texts: impl Iterator<Item = &'a str>) -> CardKey {
    let mut texts: Vec<_> = texts.collect();
    texts.sort_unstable();
    key::key(domain, std::iter::once(question).chain(texts))
}

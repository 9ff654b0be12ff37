//! The faults of the language as people look them up: what each code means and what to do, for `check --explain`.
//! Not for finding them (the parser does) and not for the rules of the linter, which explain themselves (`lint/`).

/// A code that the parser, the comparison with other tools or the reading of files may report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// As it stands in the output.
    pub code: &'static str,
    /// What it means, as a sentence without a final stop.
    pub meaning: &'static str,
    /// What to do.
    pub repair: &'static str,
    /// What `check --fix` does about it.
    pub fix: Mend,
}

/// Whether a repair is mechanical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// It is, at least where the sentence says so; what is done.
    Does(&'static str),
    /// It would be a guess; why.
    Leaves(&'static str),
}

const fn code(code: &'static str, meaning: &'static str, repair: &'static str, fix: Mend) -> Code {
    Code { code, meaning, repair, fix }
}

/// All codes, in the order of the alphabet.
pub const CODES: &[Code] = &[
    code(
        "allow-without-reason",
        "a suppression names a rule but says nothing about why",
        "write `<!-- lint: allow L2 the definition is quoted whole -->`",
        Mend::Leaves("the reason is the author's"),
    ),
    code(
        "bad-family",
        "what follows `Problem:` cannot be a family's name",
        "write lower-case words joined by `-` and parted by `.`, as `raft.commit-index`",
        Mend::Leaves("nothing tells which family is meant"),
    ),
    code(
        "bad-id",
        "an id has characters that an id may not have",
        "write lower-case words joined by `-`, as `raft-commit-rule` or `raft-commit-rule/why`",
        Mend::Does("writes it in lower case with `-` between words, where that is all it lacks"),
    ),
    code(
        "bad-number",
        "`Number:` holds no number that can be read",
        "write `5`, `0.63 ± 0.01` or `0.2 ms ±5%`",
        Mend::Leaves("a comma may part thousands or decimals, and words are no number"),
    ),
    code(
        "comment-around-card",
        "a comment that was opened above a card ends within it, and hides nothing",
        "indent the tags of a card that is not to be read, or put it between code fences",
        Mend::Leaves("the card may be meant to be read, or not"),
    ),
    code(
        "comment-form",
        "a comment looks like one of ours but cannot be read",
        "write `<!-- id: some-name -->`, alone on its line",
        Mend::Does("writes the comment as it must be, where its id or rule is sound"),
    ),
    code(
        "duplicate-card",
        "the same card stands in one file twice; the second is left out",
        "remove one of the two",
        Mend::Does(
            "takes the second out, where it is the same to the letter and nothing stands behind it that would join another card",
        ),
    ),
    code(
        "duplicate-id",
        "two cards of a file have one id; the second is left out",
        "give each an id of its own",
        Mend::Leaves("which of the two keeps the id decides which keeps its history"),
    ),
    code(
        "duplicate-question",
        "two cards of a file ask the same and answer differently; the second is left out",
        "ask more precisely, or give one of them an id",
        Mend::Leaves("which of the two is right is the author's to say"),
    ),
    code(
        "early-tag",
        "a tag such as `Why:` stands before the answer",
        "move it below the answer",
        Mend::Leaves("what stands between the tag and the answer may belong to either"),
    ),
    code(
        "empty-answer",
        "an answer's tag has no text",
        "write the answer behind it",
        Mend::Leaves("the answer is the author's"),
    ),
    code(
        "empty-deletion",
        "brackets in a `C:` hide nothing",
        "put what is to be hidden between them, or write `\\[` and `\\]`",
        Mend::Leaves("the brackets may be text, or lack theirs"),
    ),
    code(
        "empty-name",
        "the front matter's `name` is empty; the file's name is used",
        "write a name, or take the line out",
        Mend::Does("takes the line out"),
    ),
    code(
        "empty-question",
        "a tag that opens a card has no text",
        "write the question behind it",
        Mend::Leaves("the question is the author's"),
    ),
    code(
        "empty-spelling",
        "one of the spellings of `Type:` is empty",
        "write spellings as `one | another`",
        Mend::Does("takes the needless `|` out"),
    ),
    code(
        "empty-tag",
        "a tag such as `Why:` has no text",
        "write the text behind it, or take the line out",
        Mend::Does("takes the line out"),
    ),
    code(
        "empty-word",
        "a list has nothing between two commas",
        "write the list as `one, another`",
        Mend::Does("takes the needless comma out"),
    ),
    code(
        "front-matter-cards",
        "`---` on the first line opens front matter, but cards follow before it is closed",
        "close the front matter with `---`, or take the first line out",
        Mend::Leaves("the first line may be a rule, or the end of the front matter may be missing"),
    ),
    code(
        "front-matter-key",
        "the front matter has a key that is not known",
        "use a key of `docs/deck-format.md`; the help names the nearest",
        Mend::Does("writes the nearest key, where one is near"),
    ),
    code(
        "front-matter-plus",
        "front matter stands between `+++`, which is not read",
        "write `---` in place of both `+++`",
        Mend::Does("writes `---` in place of both, where TOML stands between them"),
    ),
    code(
        "front-matter-toml",
        "the front matter is no TOML",
        "write lines as `name = \"Raft\"` or `tags = [\"consensus\"]`",
        Mend::Does("puts quotes around the value of a key that takes text"),
    ),
    code(
        "front-matter-type",
        "a key of the front matter has a value of the wrong kind",
        "write the value as the help shows",
        Mend::Does("writes the value with the quotes or brackets that its key takes"),
    ),
    code(
        "front-matter-unclosed",
        "`---` on the first line opens front matter that never ends",
        "close it with a line `---`",
        Mend::Leaves("where it ends is the author's to say"),
    ),
    code(
        "front-matter-value",
        "a level, area or dialect that does not exist",
        "use one of those that the help lists",
        Mend::Does("writes the nearest value, where one is near"),
    ),
    code(
        "front-matter-yaml",
        "the front matter is written as YAML",
        "write `name = \"Raft\"` in place of `name: Raft`",
        Mend::Does("writes the line, and a list below it, as TOML"),
    ),
    code(
        "hashcards-refuses",
        "hashcards 0.5.0 would stop at this place",
        "write it as the help says, or do without hashcards",
        Mend::Leaves("what another tool refuses may be meant for us"),
    ),
    code(
        "heading-in-card",
        "a heading stands within a card and belongs to it",
        "put a line `---` before it if it is not meant so",
        Mend::Leaves("the heading may belong to the card"),
    ),
    code(
        "id-beside-text",
        "an id comment shares its line with text, so it is no id",
        "put it on a line of its own",
        Mend::Does("puts the comment on its own line, where the card's text ends with it"),
    ),
    code(
        "many-deletions",
        "a `C:` hides more parts than one sentence can have",
        "write a card for each sentence",
        Mend::Leaves("where to cut the sentence is the author's to say"),
    ),
    code(
        "misplaced-tag",
        "a tag may not follow what the card already has",
        "write what the help says",
        Mend::Leaves("either of the two tags may be the wrong one"),
    ),
    code(
        "missing-answer",
        "a question has no answer",
        "add a line `A: …`, or `Type:`, `Number:` or `Order:`",
        Mend::Does(
            "writes `A:` in place of `a:`, `Answer:` or an indented `A:`, where no list of options follows",
        ),
    ),
    code(
        "missing-definition",
        "a `T:` has no `D:`",
        "add a line `D: …`",
        Mend::Does("writes `D:` in place of `d:`, `Definition:` or an indented `D:`"),
    ),
    code(
        "mixed-spellings",
        "only some spellings of `Type:` stand in backticks, so none is compared exactly",
        "put all of them in backticks, or none",
        Mend::Leaves("the answer may be code, or not"),
    ),
    code(
        "nested-brackets",
        "brackets in a `C:` hold brackets; only the innermost are hidden",
        "write `\\[` and `\\]` for literal brackets",
        Mend::Leaves("the outer or the inner brackets may be text"),
    ),
    code(
        "no-choice",
        "a task list marks nothing, or everything, as right; the card is free recall",
        "mark right options `[x]` and wrong ones `[ ]`",
        Mend::Leaves("which options are right is the author's to say"),
    ),
    code(
        "no-deletion",
        "a `C:` hides nothing",
        "put `[` and `]` around what is to be hidden",
        Mend::Leaves("what to hide is the author's to say"),
    ),
    code(
        "not-in-hashcards",
        "a card that hashcards 0.5.0 would read otherwise, or not at all (`--portable`)",
        "nothing, unless the deck is to be read by hashcards too",
        Mend::Leaves("the deck may be for us alone"),
    ),
    code(
        "not-in-repeater",
        "a card that repeater 0.1.8 would read otherwise, or not at all (`--portable`)",
        "nothing, unless the deck is to be read by repeater too",
        Mend::Leaves("the deck may be for us alone"),
    ),
    code(
        "order-form",
        "`Order:` is no list of at least two numbered items",
        "write items as `1. first` and `2. second`, each on its line",
        Mend::Does("numbers a list that has bullets"),
    ),
    code(
        "order-numbers",
        "the numbers of `Order:` do not count up; the order written counts",
        "number the items 1, 2, 3, …",
        Mend::Does("numbers the lines anew, where their numbers only leave gaps or repeat"),
    ),
    code(
        "problem-parameter",
        "a problem has a parameter that its family does not take; the card is left out",
        "use a name and a value that the help shows",
        Mend::Does("writes the nearest parameter's name, where one is near"),
    ),
    code(
        "problem-toml",
        "the lines below `Problem:` are no TOML",
        "write `servers = 5` or `sizes = [3, 5]`; notes go after `---`",
        Mend::Leaves("notes and parameters look alike"),
    ),
    code(
        "repeater-refuses",
        "repeater 0.1.8 would stop at this place",
        "write it as the help says, or do without repeater",
        Mend::Leaves("what another tool refuses may be meant for us"),
    ),
    code(
        "repeater-waits",
        "repeater takes a `C:` without brackets as unfinished",
        "put `[` and `]` around what is to be hidden",
        Mend::Leaves("what to hide is the author's to say"),
    ),
    code(
        "same-text",
        "an option, item or spelling stands twice in one card",
        "remove or reword one of the two",
        Mend::Leaves("which of the two to change is the author's to say"),
    ),
    code(
        "second-answer",
        "a question has two answers of different kinds",
        "keep one; an explanation goes under `Why:`",
        Mend::Leaves("which of the two counts is the author's to say"),
    ),
    code(
        "second-id",
        "a card has two ids",
        "keep one",
        Mend::Leaves("which of the two keeps the history is the author's to say"),
    ),
    code(
        "second-tag",
        "a tag stands twice in one card",
        "join the two",
        Mend::Does("joins two lists, or two paragraphs of `Why:` or `Hint:`, that stand one below the other"),
    ),
    code(
        "sheltered-brackets",
        "brackets in code, a link, a picture or maths are text here, and hidden parts to hashcards and repeater",
        "write the escaped form that the help shows; `--fix` does",
        Mend::Does("escapes the brackets, except around the text of a link, which would be none any more"),
    ),
    code(
        "sheltered-deletion",
        "brackets in code, a link, a picture or maths are read as hidden, since the sentence has no others",
        "nothing, if that is meant",
        Mend::Leaves("it may be meant so"),
    ),
    code(
        "stray-answer",
        "an `A:` or `D:` has no question or term above it",
        "write the question above it; take out a `---` between the two",
        Mend::Leaves("the question is missing, or a `---` is too many"),
    ),
    code(
        "stray-bracket",
        "a `]` in a `C:` closes nothing",
        "open it with `[`, or write `\\]`",
        Mend::Leaves("the bracket may be text, or lack its partner"),
    ),
    code(
        "stray-id",
        "an id comment stands where no card is",
        "put it below its card, before any `---` and any notes",
        Mend::Leaves("nothing tells which card is meant"),
    ),
    code(
        "stray-tag",
        "a tag such as `Why:` stands where no card is and is read as a note",
        "write it right below its card",
        Mend::Leaves("nothing tells which card is meant"),
    ),
    code(
        "stray-text",
        "text stands between cards in a deck that is `strict`",
        "move it into a card, or take `strict` out",
        Mend::Leaves("it may belong to the card above, or nowhere"),
    ),
    code(
        "tag-spelling",
        "a line looks like a tag but is none",
        "write the tag as the label shows, or indent the line if it is text",
        Mend::Does("writes the tag"),
    ),
    code(
        "text-after-comment",
        "text follows the comment that ended a card and is not part of it",
        "move the comment to the end of the card, or leave a blank line",
        Mend::Leaves("the text may belong to the card, or be a note"),
    ),
    code(
        "unclosed-bracket",
        "a `[` in a `C:` is never closed",
        "close it with `]`, or write `\\[`",
        Mend::Leaves("the bracket may be text, or lack its partner"),
    ),
    code(
        "unclosed-fence",
        "a code fence is never closed, so all that follows is code",
        "close it with a line of the same marks",
        Mend::Leaves("where the code ends is the author's to say"),
    ),
    code(
        "unknown-card",
        "`Confuses:` names a card that does not exist",
        "name the id of a card, or take it out",
        Mend::Leaves("nothing tells which card is meant"),
    ),
    code(
        "unknown-family",
        "no problem family has this name; the card is left out",
        "use the name that the help suggests",
        Mend::Does("writes the nearest name, where one is near"),
    ),
    code(
        "unknown-rule",
        "a suppression names a rule that does not exist",
        "`retain check --explain` lists the rules",
        Mend::Leaves("rules' names are too short to tell which is meant"),
    ),
    code(
        "unreadable",
        "a file cannot be read as a deck: the system refuses, it is no UTF-8, no regular file, or larger than 16 MiB",
        "mend or remove the file; the others load all the same",
        Mend::Leaves("the file is not read as text"),
    ),
    code(
        "unusable-text",
        "what is to be added to a deck holds no card, or would change the cards above it (`retain add`)",
        "begin with `Q:`, `C:`, `T:` or `Problem:` at the start of a line",
        Mend::Leaves("nothing has been written yet"),
    ),
    code(
        "unused-allow",
        "a suppression is not needed",
        "take the comment out",
        Mend::Does("takes the comment out, where this deck alone decides"),
    ),
];

/// Returns what a code means; case does not matter.
#[must_use]
pub fn explain(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.code.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_named_once() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(explain("Missing-Answer").is_some());
    }
}

//! One entry of a list of values: `- `value`：text`, `* 1：text`, `1：text`, `value`.

/// How a list writes its values; one list writes all of them in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dress {
    Ticks,
    Bold,
    Quotes,
    Bare,
}

/// An entry, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) bullet: bool,
    pub(crate) dress: Dress,
    pub(crate) value: &'a str,
    pub(crate) text: &'a str,
    /// A colon stands between value and text, or nothing stands behind the value.
    sure: bool,
}

/// What opens and closes a dressed value; a value within `**` may be dressed once more.
const DRESSES: [(Dress, &str, &str); 5] = [
    (Dress::Bold, "**`", "`**"),
    (Dress::Ticks, "`", "`"),
    (Dress::Bold, "**", "**"),
    (Dress::Quotes, "\"", "\""),
    (Dress::Quotes, "“", "”"),
];

/// What may stand between two entries on one line.
const BETWEEN: [char; 5] = [' ', '；', ';', '，', '、'];

/// An inner list, whose lines were joined with those of the outer one, keeps its many spaces.
const INNER: usize = 5;

impl<'a> Entry<'a> {
    /// Reads a line (or a part of one), trimmed.
    pub(crate) fn read(line: &'a str) -> Option<Self> {
        let inner = bullet(line);
        let bullet = inner.is_some();
        let Dressed { dress, value, rest, colon } = value(inner.unwrap_or(line))?;
        let (note, after) = note(rest);
        let noted = !note.is_empty();
        let after = after.trim_start();
        let entry = |text: &'a str, sure: bool| Some(Entry { bullet, dress, value, text: text.trim(), sure });
        if colon {
            return entry(rest, true);
        }
        if let Some(text) = after.strip_prefix(['：', ':', '=']) {
            // `https://…` is no value.
            return if text.starts_with("//") { None } else { entry(if noted { rest } else { text }, true) };
        }
        if after.is_empty() && (bullet || dress != Dress::Bare) {
            return entry(note, true);
        }
        if let Some(text) = after.strip_prefix(['-', '—', '–', '，', ',']) {
            let dashed = entry(text.trim_start_matches(['-', '—', '–']), false);
            return dashed.filter(|_| bullet || dress != Dress::Bare || is_number(value));
        }
        let spoken = bullet && (dress != Dress::Bare || (is_number(value) && rest.starts_with(' ')));
        if spoken { entry(rest, false) } else { None }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<i64>().is_ok()
}

/// What follows `- `, `* `, `• `, `1. `.
fn bullet(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix(['-', '*', '•', '·', '●', '+']) {
        let marked = rest.starts_with([' ', '`', '\u{a0}']) || line.starts_with(['•', '·', '●']);
        return marked.then(|| rest.trim_start());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line[digits..].strip_prefix(['.', ')']).filter(|_| digits > 0)?;
    rest.starts_with(' ').then(|| rest.trim_start())
}

/// A value, how it is dressed, and what follows.
struct Dressed<'a> {
    dress: Dress,
    value: &'a str,
    rest: &'a str,
    /// `**true：**yes`: the colon stands within.
    colon: bool,
}

fn value(text: &str) -> Option<Dressed<'_>> {
    for (dress, open, close) in DRESSES {
        let Some((inner, rest)) = text.strip_prefix(open).and_then(|inner| inner.split_once(close)) else { continue };
        let inner = inner.trim();
        let bare = inner.trim_end_matches(['：', ':']);
        let value = bare.trim().trim_matches(['"', '“', '”']);
        let colon = bare.len() < inner.len();
        return (!value.is_empty()).then_some(Dressed { dress, value, rest, colon });
    }
    let word = |c: char| c.is_ascii_alphanumeric() || "_-./+#{}@".contains(c);
    let length = text.find(|c: char| !word(c)).unwrap_or(text.len());
    let dressed = Dressed { dress: Dress::Bare, value: &text[..length], rest: &text[length..], colon: false };
    (length > 0).then_some(dressed)
}

/// `（默认值）` behind a value, and what follows.
fn note(text: &str) -> (&str, &str) {
    for (open, close) in [('（', '）'), ('(', ')')] {
        if let Some(inner) = text.trim_start().strip_prefix(open)
            && let Some((note, after)) = inner.split_once(close)
        {
            return (note, after);
        }
    }
    ("", text)
}

/// Splits a line before each entry in it that is written like its first one: one conversion joined the lines of lists.
pub(crate) fn split(line: &str) -> Vec<&str> {
    let Some(first) = Entry::read(line) else { return vec![line] };
    let mut parts = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(at) = line[from..].find(BETWEEN).map(|at| from + at) {
        let behind = line[at..].trim_start_matches(BETWEEN);
        let begin = line.len() - behind.len();
        let spaces = line[at..begin].chars().filter(|c| *c == ' ').count();
        if spaces < INNER && goes_on(&first, behind) {
            parts.push(line[start..at].trim());
            start = begin;
        }
        from = begin.max(at + 1).min(line.len());
    }
    parts.push(line[start..].trim());
    parts
}

fn goes_on(first: &Entry<'_>, text: &str) -> bool {
    Entry::read(text).is_some_and(|next| {
        let alike = next.bullet == first.bullet && next.dress == first.dress && (next.sure || next.bullet);
        // Without a bullet, a bare word before a colon is mostly no value.
        alike && (first.bullet || first.dress != Dress::Bare || is_number(next.value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: &[(&str, &str)]) {
        let entries = split(line).into_iter().filter_map(Entry::read);
        let entries: Vec<(&str, &str)> = entries.map(|entry| (entry.value, entry.text)).collect();
        assert_eq!(entries, expect, "{line}");
    }

    #[test]
    fn an_entry_is_a_value_and_its_text() {
        for line in [
            "- `a`：one",
            "* a：one",
            "a: one",
            "- **a**：one",
            "- **a：**one",
            "- \"a\"：one",
            "1. `a`：one",
            "•a：one",
        ] {
            check(line, &[("a", "one")]);
        }
    }

    #[test]
    fn a_note_behind_a_value_stays_in_its_text() {
        check("- a（usual）：one", &[("a", "（usual）：one")]);
    }

    #[test]
    fn numbers_need_no_colon() {
        check("* 0 无 * 1 全", &[("0", "无"), ("1", "全")]);
    }

    #[test]
    fn entries_on_one_line_are_split_where_they_are_written_alike() {
        check("- a：one - b：two - or three", &[("a", "one"), ("b", "two - or three")]);
        check("- `a`：one - b：two", &[("a", "one - b：two")]);
        check("1：one；2：two；3：three", &[("1", "one"), ("2", "two"), ("3", "three")]);
    }

    #[test]
    fn an_inner_list_is_text() {
        check("- `a`：one     - `x`：inner - `b`：two", &[("a", "one     - `x`：inner"), ("b", "two")]);
    }

    #[test]
    fn running_text_is_no_entry() {
        for line in ["red or green", "https://example.com", "见下文", "- 红色"] {
            assert_eq!(Entry::read(line), None, "{line}");
        }
    }
}

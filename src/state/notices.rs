//! What the user should know: messages that never stack up.

/// The most notices kept; the oldest that is no error makes room.
const CAPACITY: usize = 6;
/// Seconds that good news stays.
const INFO_SECS: f64 = 6.0;
/// Seconds that a warning stays: long enough to be read twice.
const WARNING_SECS: f64 = 20.0;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something that was asked for is done; it fades.
    Info,
    /// Something went wrong that training goes on after; it fades slowly.
    Warning,
    /// Something that was asked for could not be done; it stays until dismissed.
    Error,
}

/// Names one notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoticeId(u64);

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Its name.
    pub id: NoticeId,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence or two: what happened, what is safe, what to do.
    pub text: String,
    /// How often it came.
    pub count: u32,
    /// When it last came, in seconds of the window's clock.
    pub shown_at: f64,
}

impl Notice {
    /// When it goes away by itself, in seconds of the window's clock.
    pub fn expires_at(&self) -> Option<f64> {
        match self.severity {
            Severity::Info => Some(self.shown_at + INFO_SECS),
            Severity::Warning => Some(self.shown_at + WARNING_SECS),
            Severity::Error => None,
        }
    }
}

/// The messages in sight, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notices {
    notices: Vec<Notice>,
    num_ever: u64,
}

impl Notices {
    /// The messages, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.notices.iter()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.notices.is_empty()
    }

    /// When the next one goes away by itself, in seconds of the window's clock.
    pub fn next_expiry(&self) -> Option<f64> {
        self.notices.iter().filter_map(Notice::expires_at).min_by(f64::total_cmp)
    }

    pub(super) fn push(&mut self, severity: Severity, text: String, now_secs: f64) {
        let same = self.notices.iter_mut().find(|notice| notice.severity == severity && notice.text == text);
        if let Some(notice) = same {
            notice.count += 1;
            notice.shown_at = now_secs;
            return;
        }
        if self.notices.len() == CAPACITY {
            let victim = self.notices.iter().position(|notice| notice.severity < Severity::Error).unwrap_or(0);
            self.notices.remove(victim);
        }
        self.num_ever += 1;
        self.notices.push(Notice { id: NoticeId(self.num_ever), severity, text, count: 1, shown_at: now_secs });
    }

    pub(super) fn dismiss(&mut self, id: NoticeId) {
        self.notices.retain(|notice| notice.id != id);
    }

    pub(super) fn expire(&mut self, now_secs: f64) {
        self.notices.retain(|notice| notice.expires_at().is_none_or(|end| now_secs < end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(notices: &Notices) -> Vec<(&str, u32)> {
        notices.iter().map(|notice| (notice.text.as_str(), notice.count)).collect()
    }

    #[test]
    fn the_same_message_is_counted_not_repeated() {
        let mut notices = Notices::default();
        for now in 0..3 {
            notices.push(Severity::Warning, "slow disk".to_owned(), f64::from(now));
        }
        assert_eq!(texts(&notices), [("slow disk", 3)]);
        assert_eq!(notices.next_expiry(), Some(2.0 + WARNING_SECS));
    }

    #[test]
    fn good_news_fades_and_errors_stay() {
        let mut notices = Notices::default();
        notices.push(Severity::Info, "saved".to_owned(), 0.0);
        notices.push(Severity::Error, "disk full".to_owned(), 0.0);
        notices.expire(1e6);
        assert_eq!(texts(&notices), [("disk full", 1)]);
        let id = notices.iter().next().unwrap().id;
        notices.dismiss(id);
        assert!(notices.is_empty());
    }

    #[test]
    fn a_flood_makes_room_without_losing_errors() {
        let mut notices = Notices::default();
        notices.push(Severity::Error, "disk full".to_owned(), 0.0);
        for number in 0..100 {
            notices.push(Severity::Info, format!("saved {number}"), 0.0);
        }
        assert_eq!(notices.iter().count(), CAPACITY);
        assert!(texts(&notices).contains(&("disk full", 1)));
        assert!(texts(&notices).contains(&("saved 99", 1)));
    }
}

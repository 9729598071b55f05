//! The built-in page's texts in each language, and the choice of a language.

use crate::accept::weighted;

/// A language: an entry in [`LANGUAGES`] is all that another one needs.
#[derive(Debug)]
pub struct Language {
    /// The primary language subtag (BCP 47), in lower case.
    pub tag: &'static str,
    pub title: &'static str,
    pub message: &'static str,
    /// The published end, where it is on the visitor's same day, and where it is not: `{time}` stands for the time of
    /// day, in the latter with the day.
    pub expected: [&'static str; 2],
    /// Before the script runs: `{duration}` stands for the longest time to the next check.
    pub first_check: &'static str,
    /// While the script runs: `{time}` stands for the time of day of the next check.
    pub next_check: &'static str,
    /// The same where the page does not take the visitor back without a click.
    pub next_look: &'static str,
    /// What it says there after the maintenance.
    pub is_back: &'static str,
    /// What it says after the maintenance where it has left and found itself again.
    pub stored_copy: &'static str,
    pub try_now: &'static str,
    /// While that check runs, and when it was too early.
    pub checking: &'static str,
    pub not_yet: &'static str,
    pub status_page: &'static str,
    pub preview: &'static str,
    /// What follows one second, and a number of seconds, minutes and hours, with a space if the language has it.
    pub units: [&'static str; 4],
}

/// The first is also for visitors who accept none of them.
pub static LANGUAGES: [Language; 4] = [
    Language {
        tag: "en",
        title: "We’ll be back soon",
        message: "The service is down for maintenance. We’re sorry for the inconvenience.",
        expected: ["We expect to be back at {time}.", "We expect to be back on {time}."],
        first_check: "This page checks again within {duration} and will take you back when we’re done.",
        next_check: "This page checks again at {time} and will take you back when we’re done.",
        next_look: "This page checks again at {time}.",
        is_back: "We’re back. Continue below.",
        stored_copy: "We’re back, but you may be seeing a stored copy of this page. Continue below.",
        try_now: "Try again now",
        checking: "Checking…",
        not_yet: "Still unavailable.",
        status_page: "Current status",
        preview: "Preview: visitors see this page during maintenance.",
        units: [" second", " seconds", " minutes", " hours"],
    },
    Language {
        tag: "ko",
        title: "서비스 점검 중입니다",
        message: "지금은 서비스 점검 중이라 이용하실 수 없습니다. 불편을 드려 죄송합니다.",
        expected: ["{time}에 재개될 예정입니다."; 2],
        first_check: "{duration} 안에 다시 확인하고, 점검이 끝나면 원래 페이지로 이동합니다.",
        next_check: "{time}에 다시 확인하고, 점검이 끝나면 원래 페이지로 이동합니다.",
        next_look: "{time}에 다시 확인합니다.",
        is_back: "점검이 끝났습니다. 아래에서 계속하세요.",
        stored_copy: "점검이 끝났지만, 저장된 이전 페이지가 보일 수 있습니다. 아래에서 계속하세요.",
        try_now: "지금 다시 시도",
        checking: "확인하고 있습니다…",
        not_yet: "아직 이용할 수 없습니다.",
        status_page: "서비스 상태 보기",
        preview: "미리 보기: 점검 중에 방문자에게 표시되는 페이지입니다.",
        units: ["초", "초", "분", "시간"],
    },
    Language {
        tag: "ja",
        title: "メンテナンス中です",
        message: "ただいまメンテナンス中のため、ご利用いただけません。ご不便をおかけして申し訳ございません。",
        expected: ["{time}に再開する予定です。"; 2],
        first_check: "{duration}以内にもう一度確認し、メンテナンスが終わると元のページに戻ります。",
        next_check: "{time}にもう一度確認し、メンテナンスが終わると元のページに戻ります。",
        next_look: "{time}にもう一度確認します。",
        is_back: "メンテナンスが終わりました。下からお進みください。",
        stored_copy: "メンテナンスは終わりましたが、保存された古いページが表示されている可能性があります。下からお進みください。",
        try_now: "今すぐ再試行",
        checking: "確認しています…",
        not_yet: "まだご利用いただけません。",
        status_page: "稼働状況を見る",
        preview: "プレビュー：メンテナンス中に表示されるページです。",
        units: ["秒", "秒", "分", "時間"],
    },
    Language {
        tag: "de",
        title: "Wir sind bald zurück",
        message: "Der Dienst wird gerade gewartet. Bitte entschuldigen Sie die Störung.",
        expected: ["Voraussichtlich um {time} wieder da.", "Voraussichtlich am {time} wieder da."],
        first_check: "Diese Seite prüft innerhalb von {duration} erneut und bringt Sie zurück, sobald wir fertig sind.",
        next_check: "Diese Seite prüft um {time} erneut und bringt Sie zurück, sobald wir fertig sind.",
        next_look: "Diese Seite prüft um {time} erneut.",
        is_back: "Wir sind wieder da. Weiter geht es unten.",
        stored_copy: "Wir sind wieder da, aber Sie sehen vielleicht eine gespeicherte Kopie dieser Seite. Weiter geht es unten.",
        try_now: "Jetzt erneut versuchen",
        checking: "Einen Moment…",
        not_yet: "Noch nicht verfügbar.",
        status_page: "Aktueller Stand",
        preview: "Vorschau: Diese Seite sehen Besucher während der Wartung.",
        units: [" Sekunde", " Sekunden", " Minuten", " Stunden"],
    },
];

/// The language of the operators' own texts.
#[derive(Debug)]
pub(crate) struct OwnLanguage {
    /// As it was given (BCP 47).
    pub(crate) tag: String,
    /// The language of all other texts on the page: the same one, if it is built in.
    pub(crate) others: &'static Language,
}

impl OwnLanguage {
    /// Reads a language tag such as `ko` or `de-AT`.
    pub(crate) fn parse(tag: &str) -> Result<Self, &'static str> {
        let is_subtag = |subtag: &str| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let primary = primary(tag);
        let is_primary = primary.len() >= 2 && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_primary || !tag.split('-').all(is_subtag) {
            return Err("it does not have that form");
        }
        Ok(Self { tag: tag.to_owned(), others: Language::find(primary).unwrap_or(&LANGUAGES[0]) })
    }
}

impl Language {
    /// The one that an `Accept-Language` header (RFC 9110, section 12.5.4) likes best; `*` likes the first. Regions and
    /// scripts are not told apart; of equally liked languages the one that is named first wins.
    pub(crate) fn negotiate(accept_language: &str) -> &'static Self {
        let mut best = (&LANGUAGES[0], 0.0);
        for (range, weight) in weighted(accept_language) {
            match Self::find(primary(range)) {
                Some(language) if weight > best.1 => best = (language, weight),
                _ => {}
            }
        }
        best.0
    }

    fn find(primary: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| primary == "*" || language.tag.eq_ignore_ascii_case(primary))
    }

    /// `first_check` with the time in words: seconds under two minutes, minutes under two hours, hours from there, rounded
    /// up.
    pub(crate) fn first_check_within(&self, seconds: u32) -> String {
        let (count, unit) = match seconds {
            1 => (1, 0),
            2..120 => (seconds, 1),
            120..7_200 => (seconds.div_ceil(60), 2),
            _ => (seconds.div_ceil(3_600), 3),
        };
        self.first_check.replace("{duration}", &format!("{count}{}", self.units[unit]))
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

//! What the built-in page says, in each language.

use crate::language::Language;

/// The page's sentences.
#[derive(Debug)]
pub(crate) struct Text {
    /// Title and heading.
    pub(crate) title: &'static str,
    /// What is going on.
    pub(crate) message: &'static str,
    /// Before the script runs: `{duration}` stands for the longest time to the next try.
    pub(crate) first_try: &'static str,
    /// While the script runs: `{time}` stands for the time of day of the next try.
    pub(crate) next_try: &'static str,
    /// The link that tries at once.
    pub(crate) try_now: &'static str,
}

const ENGLISH: Text = Text {
    title: "We’ll be back soon",
    message: "The service is down for maintenance at the moment. We apologize for the inconvenience.",
    first_try: "This page tries again within {duration} and takes you back automatically once the maintenance is over.",
    next_try: "This page tries again at {time} and takes you back automatically once the maintenance is over.",
    try_now: "Try again now",
};

const KOREAN: Text = Text {
    title: "서비스 점검 중입니다",
    message: "현재 서비스 점검으로 이용이 일시 중단되었습니다. 이용에 불편을 드려 죄송합니다.",
    first_try: "{duration} 이내에 다시 확인하며, 점검이 끝나면 자동으로 원래 페이지로 이동합니다.",
    next_try: "{time}에 다시 확인하며, 점검이 끝나면 자동으로 원래 페이지로 이동합니다.",
    try_now: "지금 다시 시도",
};

const JAPANESE: Text = Text {
    title: "メンテナンス中です",
    message: "ただいまメンテナンスのためサービスを一時停止しています。ご不便をおかけして申し訳ございません。",
    first_try: "{duration}以内に再度確認し、メンテナンスが終わると自動的に元のページに戻ります。",
    next_try: "{time}に再度確認し、メンテナンスが終わると自動的に元のページに戻ります。",
    try_now: "今すぐ再試行",
};

/// The sentences in a language.
pub(crate) fn text(language: Language) -> &'static Text {
    match language {
        Language::English => &ENGLISH,
        Language::Korean => &KOREAN,
        Language::Japanese => &JAPANESE,
    }
}

/// A time in words: seconds under two minutes, minutes under two hours, hours from there, rounded up.
pub(crate) fn duration(language: Language, seconds: u32) -> String {
    let (count, [english, korean, japanese]) = match seconds {
        0..120 => (seconds, ["second", "초", "秒"]),
        120..7_200 => (seconds.div_ceil(60), ["minute", "분", "分"]),
        _ => (seconds.div_ceil(3_600), ["hour", "시간", "時間"]),
    };
    match language {
        Language::English if count == 1 => format!("{count} {english}"),
        Language::English => format!("{count} {english}s"),
        Language::Korean => format!("{count}{korean}"),
        Language::Japanese => format!("{count}{japanese}"),
    }
}

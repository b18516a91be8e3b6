#include "daemon/workers/event_log/event_line.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "desk/site/rfc3339.hpp"

namespace consign::daemon {

namespace {

constexpr int log_audit = 13;  // RFC 5424 section 6.2.1
/// So that `journalctl MESSAGE_ID=...` finds them all.
constexpr std::string_view message_id = "3f0c5a9be0d34a6f9d7c52b1a8e64c10";

constexpr std::string_view checkpoint_message_id = "6a1d7e0c4f2b4c0f9f5a3d8be2c71956";
constexpr int checkpoint_severity = 5;  // notice

int severity_of(ledger::Outcome outcome) {
    switch (outcome) {
        case ledger::Outcome::refused:
            return 5;
        case ledger::Outcome::failed:
            return 4;
        case ledger::Outcome::granted:
            break;
    }
    return 6;
}

/// Neither a line's end nor another control character.
std::string clean(std::string_view text) {
    std::string cleaned(text);
    for (char& byte : cleaned)
        if (static_cast<unsigned char>(byte) < ' ' || byte == '\x7f') byte = '?';
    return cleaned;
}

std::string_view without_end(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line;
}

using Fields = std::vector<std::pair<std::string_view, std::string>>;

Fields fields_of(const ledger::EventRow& row, const IsAccount& is_account) {
    const ledger::Event& event = row.event;
    const bool is_known = event.account.starts_with("system:") ||
                          event.account.starts_with("admin:") || is_account(event.account);
    Fields fields{{"sequence", fmt::to_string(row.sequence)},
                  {"time", desk::rfc3339(event.time)},
                  {"action", std::string(ledger::name_of(event.action))},
                  {"outcome", std::string(ledger::name_of(event.outcome))}};
    if (!event.account.empty())
        fields.emplace_back("account", is_known ? event.account : "unknown");
    if (!event.session.is_nil()) fields.emplace_back("session", event.session.hex());
    if (!event.protocol.empty()) fields.emplace_back("protocol", event.protocol);
    if (!event.rule.empty()) fields.emplace_back("rule", event.rule);
    if (!event.stream.is_nil()) fields.emplace_back("stream", event.stream.hex());
    fields.emplace_back("bytes", fmt::to_string(event.bytes));
    fields.emplace_back("count", fmt::to_string(event.count));
    for (auto& [name, value] : fields) value = clean(value);
    return fields;
}

/// RFC 5424 section 6.3.3.
std::string escaped(std::string_view value) {
    std::string text;
    for (const char byte : value) {
        if (byte == '"' || byte == '\\' || byte == ']') text += '\\';
        text += byte;
    }
    return text;
}

std::string upper(std::string_view name) {
    std::string text(name);
    for (char& byte : text)
        if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
    return text;
}

}  // namespace

std::string syslog_line(const ledger::EventRow& row, const IsAccount& is_account,
                        std::string_view host, int process) {
    const auto action = ledger::name_of(row.event.action);
    std::string line = fmt::format("<{}>1 {} {} consignd {} {} [consign@32473",
                                   log_audit * 8 + severity_of(row.event.outcome),
                                   desk::rfc3339(row.event.time), host, process, action);
    for (const auto& [name, value] : fields_of(row, is_account))
        line += fmt::format(" {}=\"{}\"", name, escaped(value));
    return line + fmt::format("] {} {}", action, ledger::name_of(row.event.outcome));
}

std::string journal_entry(const ledger::EventRow& row, const IsAccount& is_account) {
    const auto fields = fields_of(row, is_account);
    std::string entry = fmt::format(
        "MESSAGE={} {}, event {}\nMESSAGE_ID={}\nPRIORITY={}\nSYSLOG_FACILITY={}\n"
        "SYSLOG_IDENTIFIER=consignd\n",
        ledger::name_of(row.event.action), ledger::name_of(row.event.outcome), row.sequence,
        message_id, severity_of(row.event.outcome), log_audit);
    for (const auto& [name, value] : fields)
        entry += fmt::format("CONSIGN_{}={}\n", upper(name), value);
    return entry;
}

std::string syslog_line(const SignedLine& checkpoint, std::string_view host, int process) {
    return fmt::format("<{}>1 {} {} consignd {} checkpoint [consign@32473 sequence=\"{}\"] {}",
                       log_audit * 8 + checkpoint_severity, desk::rfc3339(checkpoint.time), host,
                       process, checkpoint.sequence, clean(without_end(checkpoint.line)));
}

std::string journal_entry(const SignedLine& checkpoint) {
    return fmt::format(
        "MESSAGE={}\nMESSAGE_ID={}\nPRIORITY={}\nSYSLOG_FACILITY={}\n"
        "SYSLOG_IDENTIFIER=consignd\nCONSIGN_CHECKPOINT={}\n",
        clean(without_end(checkpoint.line)), checkpoint_message_id, checkpoint_severity, log_audit,
        checkpoint.sequence);
}

}  // namespace consign::daemon

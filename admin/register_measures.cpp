#include "admin/register_measures.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <functional>
#include <map>

#include "admin/report.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

std::string at_rest(const Tongue& say, const json::object& row) {
    const bool is_file = field_text(row, "root_key") == "file";
    return fmt::format(
        fmt::runtime(say("contents, names, paths and identifiers are sealed before they reach the "
                         "disk ({}, a key of its own for each file); the root key comes from {}; a "
                         "file is destroyed with its key",
                         "contenus, noms, chemins et identifiants sont chiffrés avant d'atteindre "
                         "le disque ({}, une clé propre à chaque fichier) ; la clé racine provient "
                         "{} ; un fichier est détruit avec sa clé")),
        field_text(row, "cipher"),
        is_file ? say("a file", "d'un fichier") : say("a systemd credential", "de systemd"));
}

std::string listener(const Tongue& say, const json::object& row) {
    const std::string protocol = field_text(row, "protocol");
    const std::string profile = field_text(row, "algorithms");
    std::string text = fmt::format("{} ({}), ", field_text(row, "name"), protocol);
    if (protocol == "ftps")
        text += fmt::format("TLS {}, ", field_text(row, "tls") == "implicit"
                                            ? say("implicit", "implicite")
                                            : say("explicit", "explicite"));
    if (profile == "modern")
        text += say("modern algorithms alone", "algorithmes modernes uniquement");
    else if (profile == "compatible")
        text += say("modern algorithms, and older ones that are not broken",
                    "algorithmes modernes, et plus anciens mais non cassés");
    else
        text += say("legacy algorithms, for accounts with a dated exception alone",
                    "algorithmes obsolètes, réservés aux comptes ayant une dérogation datée");
    if (flag(row, "client_certificates"))
        text += say(", client certificates are asked for", ", certificats clients demandés");
    return text;
}

std::string login(const Tongue& say, const json::object& row) {
    std::string text =
        fmt::format(fmt::runtime(say("{} enabled accounts, {} of which from any address",
                                     "{} comptes actifs, dont {} depuis toute adresse")),
                    number(row, "accounts"), number(row, "from_anywhere"));
    const json::value* ways = row.if_contains("ways");
    if (ways == nullptr || !ways->is_array()) return text;
    for (const json::value& way : ways->get_array())
        if (way.is_object())
            text += fmt::format("{} {}{} {}", say(";", " ;"), field_text(way.get_object(), "way"),
                                say(":", " :"), number(way.get_object(), "accounts"));
    return text;
}

std::string legacy(const Tongue& say, const json::object& row) {
    const json::value* accounts = row.if_contains("accounts");
    if (accounts == nullptr || !accounts->is_array() || accounts->get_array().empty())
        return say("none", "aucune");
    std::string text;
    for (const json::value& one : accounts->get_array())
        if (one.is_object())
            text += fmt::format("{}{} ({} {})", text.empty() ? "" : ", ",
                                field_text(one.get_object(), "account"), say("until", "jusqu'au"),
                                field_text(one.get_object(), "until"));
    return text;
}

std::string checkpoints(const Tongue& say, const json::object& row) {
    const auto last = [&](std::string_view field) {
        const std::string time = moment_text(row, field);
        return time.empty() ? say("none yet", "aucun à ce jour") : time;
    };
    std::string text =
        flag(row, "signed")
            ? fmt::format(
                  fmt::runtime(say("each event is chained to the one before; closed by a signed "
                                   "checkpoint every {} (the last: {})",
                                   "chaque événement est chaîné au précédent ; scellé par un point "
                                   "de contrôle signé (périodicité : {} ; le dernier : {})")),
                  duration_text(say, static_cast<std::int64_t>(number(row, "every_seconds"))),
                  last("last"))
            : say("each event is chained to the one before; there is NO witness key, so that no "
                  "checkpoint is signed",
                  "chaque événement est chaîné au précédent ; AUCUNE clé témoin : aucun point de "
                  "contrôle n'est signé");
    if (const std::string copied_to = field_text(row, "copied_to"); !copied_to.empty())
        text += fmt::format(fmt::runtime(say("; copied to {}", " ; copié vers {}")), copied_to);
    if (const std::string authority = field_text(row, "timestamps"); !authority.empty())
        text += fmt::format(fmt::runtime(say("; timestamps (RFC 3161) by {} (the last: {})",
                                             " ; horodatage (RFC 3161) par {} (le dernier : {})")),
                            authority, last("last_timestamp"));
    else
        text += say("; no timestamps of a third party", " ; pas d'horodatage par un tiers");
    return text;
}

std::string ledger(const Tongue& say, const json::object& row) {
    const std::string keep = field_text(row, "keep");
    return keep.empty()
               ? say("without limit: ledger.keep is not set",
                     "sans limite : ledger.keep n'est "
                     "pas défini")
               : span_text(say, keep) +
                     say(" for sessions, logins and refusals; as long as the file's class for the "
                         "traces of a file",
                         " pour les sessions, connexions et refus ; la durée de la classe du "
                         "fichier pour les traces d'un fichier");
}

std::string retention(const Tongue& say, const json::object& row) {
    std::string text = fmt::format(
        fmt::runtime(say("what is over its term is destroyed by itself; holds in force: {}; "
                         "nothing is destroyed where the clock jumps by more than {}",
                         "destruction automatique à l'échéance ; gels en vigueur : {} ; aucune "
                         "destruction si l'horloge saute de plus de {}")),
        number(row, "holds"),
        duration_text(say, static_cast<std::int64_t>(number(row, "clock_guard_seconds"))));
    if (const std::string stopped = moment_text(row, "clock_stopped"); !stopped.empty())
        text += say("; SUSPENDED: the clock is not believed since it showed ",
                    " ; SUSPENDUE : l'horloge n'est plus crue depuis qu'elle a indiqué ") +
                stopped;
    return text;
}

std::string scan(const Tongue& say, const json::object& row) {
    if (flag(row, "each_deposit"))
        return say("each deposit, before anybody sees it (ClamAV)",
                   "chaque dépôt, avant toute mise à disposition (ClamAV)");
    if (const auto routes = number(row, "routes"); routes > 0)
        return fmt::format(fmt::runtime(say("the deposits of {} routes (ClamAV)",
                                            "les dépôts de {} routes (ClamAV)")),
                           routes);
    return say("none", "aucune");
}

std::string alerts(const Tongue& say, const json::object& row) {
    if (number(row, "channels") == 0) return say("none", "aucune");
    return fmt::format(fmt::runtime(say("{} channels{}", "{} canaux{}")), number(row, "channels"),
                       flag(row, "of_the_site")
                           ? say(", also of what concerns the site itself",
                                 ", y compris pour ce qui touche le site lui-même")
                           : std::string());
}

std::string event_log(const Tongue& say, const json::object& row) {
    const std::string to = field_text(row, "to");
    return to.empty() ? say("no", "non")
                      : fmt::format(fmt::runtime(say("to {}, without personal data",
                                                     "vers {}, sans donnée à caractère personnel")),
                                    to);
}

std::string scrub(const Tongue& say, const json::object& row) {
    const std::uint64_t every = number(row, "every_seconds");
    return every == 0 ? say("on request alone", "sur demande uniquement")
                      : say("the whole store is read every ",
                            "lecture de tout l'entrepôt, périodicité : ") +
                            duration_text(say, static_cast<std::int64_t>(every));
}

std::string limits(const Tongue& say, const json::object& row) {
    return fmt::format(
        fmt::runtime(
            say("{} sessions at once, {} of one account, {} from one address; {} to log in; ended "
                "after {} without activity",
                "{} sessions simultanées, {} par compte, {} par adresse ; {} pour se connecter ; "
                "fermées après {} d'inactivité")),
        number(row, "sessions"), number(row, "sessions_per_account"),
        number(row, "sessions_per_address"),
        duration_text(say, static_cast<std::int64_t>(number(row, "login_time_seconds"))),
        duration_text(say, static_cast<std::int64_t>(number(row, "idle_time_seconds"))));
}

struct Measure {
    std::string_view english, french;
    std::string (*words)(const Tongue&, const json::object&);
};

const std::map<std::string_view, Measure>& measures() {
    static const std::map<std::string_view, Measure> all{
        {"at_rest", {"Encryption at rest", "Chiffrement au repos", at_rest}},
        {"listener", {"Encryption in transit", "Chiffrement en transit", listener}},
        {"login", {"Authentication", "Authentification", login}},
        {"legacy", {"Exceptions for legacy clients", "Dérogations pour clients anciens", legacy}},
        {"checkpoints", {"Traceability", "Traçabilité", checkpoints}},
        {"ledger", {"Traces are kept", "Conservation des traces", ledger}},
        {"retention", {"Erasure", "Effacement", retention}},
        {"scan", {"Virus scan", "Analyse antivirus", scan}},
        {"alerts", {"Alerts", "Alertes", alerts}},
        {"event_log",
         {"Events to the system's log", "Événements vers le journal du système", event_log}},
        {"scrub", {"Integrity check", "Contrôle d'intégrité", scrub}},
        {"limits", {"Limits", "Limites", limits}}};
    return all;
}

}  // namespace

void write_measures(Document& document, const Tongue& say, const std::vector<json::object>& rows) {
    for (const json::object& row : rows) {
        if (field_text(row, "kind") != "measure") continue;
        const auto found = measures().find(field_text(row, "measure"));
        if (found == measures().end()) continue;
        document.item(say(found->second.english, found->second.french),
                      found->second.words(say, row));
    }
}

}  // namespace consign::admin

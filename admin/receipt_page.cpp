#include "admin/receipt_page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "admin/event_words.hpp"
#include "admin/qr_code.hpp"
#include "admin/row_printer.hpp"
#include "base/bytes.hpp"
#include "base/evp.hpp"
#include "desk/receipts/receipt_reading.hpp"
#include "desk/site/rfc3339.hpp"
#include "policy/calendar/zone.hpp"

namespace consign::admin {

namespace json = boost::json;

namespace {

struct Label {
    std::string_view field, english, french;
};
constexpr std::array labels{
    Label{"id", "Number", "Numéro"},
    Label{"kind", "What happened", "Nature"},
    Label{"site", "Site", "Site"},
    Label{"witness", "Key of the signature", "Clé de signature"},
    Label{"time", "When", "Date et heure"},
    Label{"account", "Account", "Compte"},
    Label{"login_methods", "Logged in by", "Authentifié par"},
    Label{"login_key", "With the key", "Avec la clé"},
    Label{"login_certificate", "With the certificate", "Avec le certificat"},
    Label{"login_row", "Login, row of the ledger", "Authentification, ligne du registre"},
    Label{"protocol", "Protocol", "Protocole"},
    Label{"session", "Session", "Session"},
    Label{"name", "Name", "Nom"},
    Label{"size", "Size in bytes", "Taille en octets"},
    Label{"sha256", "SHA-256 of the content", "SHA-256 du contenu"},
    Label{"content", "Content", "Contenu"},
    Label{"bytes_in_last_session", "Of which in the last session, bytes",
          "Dont octets de la dernière session"},
    Label{"target", "Delivered to", "Livré à"},
    Label{"name_there", "Name there", "Nom à l'arrivée"},
    Label{"deposited", "Deposited", "Déposé le"},
    Label{"deposit_row", "Deposit, row of the ledger", "Dépôt, ligne du registre"},
    Label{"holds_checked", "Holds that were looked at", "Gels examinés"},
    Label{"rule", "Rule", "Règle"},
    Label{"policy", "SHA-256 of the policy", "SHA-256 de la politique"},
    Label{"note", "Note", "Remarque"},
    Label{"chain", "Ledger", "Registre"},
    Label{"row", "Row of the ledger", "Ligne du registre"},
    Label{"hash", "Hash of the chain", "Empreinte de la chaîne"},
};

constexpr std::string_view page_style = R"(body { max-width: 50em; }
table { font-size: 0.9em; }
th, td { border-width: 0 0 1px; border-color: #bbb; }
th { width: 30%; font-weight: normal; color: #444; }
td, pre { font-family: "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
pre { background: #f2f2f2; padding: 0.5em; font-size: 0.85em; overflow-wrap: anywhere; }
figure { float: right; margin: 0 0 1em 1em; width: 38mm; text-align: center; }
svg { width: 38mm; height: 38mm; } figcaption { font-size: 0.7em; }
h2 { border-bottom: 0; }
)";

constexpr std::string_view page_text = R"(<figure>{code}<figcaption>{caption}</figcaption></figure>
<h1>{heading}</h1>
<p>{lead}</p>
<table><tbody>
{rows}</tbody></table>
<h2>{how}</h2>
<p>{what}</p>
<pre>{commands}</pre>
<p>{limits}</p>
)";

std::string heading_of(const Tongue& say, desk::ReceiptKind kind) {
    switch (kind) {
        case desk::ReceiptKind::deposit:
            return say("Receipt of a deposit", "Reçu de dépôt");
        case desk::ReceiptKind::retrieval:
            return say("Receipt of a complete retrieval", "Reçu de retrait complet");
        case desk::ReceiptKind::delivery:
            return say("Receipt of a delivery", "Reçu de livraison");
        case desk::ReceiptKind::destruction:
            return say("Certificate of destruction", "Certificat de destruction");
    }
    return {};
}

std::string kind_text(const Tongue& say, desk::ReceiptKind kind) {
    switch (kind) {
        case desk::ReceiptKind::deposit:
            return say("the file was received whole", "le fichier a été reçu en entier");
        case desk::ReceiptKind::retrieval:
            return say("all of the file was fetched", "le fichier a été retiré en entier");
        case desk::ReceiptKind::delivery:
            return say("the file was delivered whole", "le fichier a été livré en entier");
        case desk::ReceiptKind::destruction:
            return say("the file and its keys were destroyed",
                       "le fichier et ses clés ont été détruits");
    }
    return {};
}

/// On the reader's wall, with its zone; then UTC, as the signed text has it.
std::string moment_in(std::string_view text, const std::string& zone) {
    const auto time = desk::from_rfc3339(text);
    if (!time) return std::string(text);
    const std::string utc =
        fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", std::chrono::floor<std::chrono::seconds>(*time));
    if (zone.empty() || zone == "UTC" || !policy::is_zone(zone)) return utc;
    const auto wall = policy::wall_time(zone, *time).time_since_epoch();
    return fmt::format("{:%Y-%m-%d %H:%M:%S} {} ({})", std::chrono::sys_seconds(wall), zone, utc);
}

std::string rows_of(const desk::ReadReceipt& receipt, const Tongue& say, const std::string& zone) {
    std::string rows;
    for (const auto& [key, value] : receipt.fields) {
        const auto label = std::ranges::find(labels, std::string_view(key), &Label::field);
        if (label == labels.end()) continue;
        std::string shown =
            value.is_null() ? say("none", "sans objet") : field_text(receipt.fields, key);
        if (key == "kind") shown = kind_text(say, receipt.kind);
        if (key == "note" && !value.is_null()) shown = detail_text(say, shown);
        if (!value.is_null() && (key == "time" || key == "deposited"))
            shown = moment_in(shown, zone);
        rows += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n",
                            html_text(say(label->english, label->french)), html_text(shown));
    }
    return rows;
}

}  // namespace

std::string receipt_digest_line(std::string_view id, std::string_view text) {
    return fmt::format("{}  {}.json", to_hex(evp::sha256({as_bytes(text)})), id);
}

std::optional<std::string> receipt_page(std::string_view text, Language language,
                                        const std::string& zone) {
    const auto receipt = desk::read_receipt(text);
    if (!receipt) return std::nullopt;
    const Tongue say(language);
    const std::string line = receipt_digest_line(receipt->id, text);
    const auto code = qr_code_svg(line);
    const std::string heading = heading_of(say, receipt->kind);
    const std::string body = fmt::format(
        page_text, fmt::arg("code", code.value_or("")),
        fmt::arg("caption", html_text(say("SHA-256 of the signed text", "SHA-256 du texte signé"))),
        fmt::arg("heading", html_text(heading)),
        fmt::arg("lead", html_text(say("This page shows what a signed text says. It proves "
                                       "nothing by itself: the text and its signature do.",
                                       "Cette page montre ce que dit un texte signé. À elle "
                                       "seule, elle ne prouve rien : le texte et sa signature "
                                       "font foi."))),
        fmt::arg("rows", rows_of(*receipt, say, zone)),
        fmt::arg("how", html_text(say("How to verify it", "Comment le vérifier"))),
        fmt::arg("what",
                 html_text(say("With OpenSSH 8.1 or newer, the two files, and the site's "
                               "allowed_signers; the second command gives the digest that the "
                               "code above holds:",
                               "Avec OpenSSH 8.1 ou plus récent, les deux fichiers et le fichier "
                               "allowed_signers du site ; la seconde commande donne l'empreinte "
                               "que contient le code ci-dessus :"))),
        fmt::arg("commands",
                 html_text(fmt::format("ssh-keygen -Y verify -f allowed_signers -I {} -n {} "
                                       "-s {}.json.sig < {}.json",
                                       desk::receipt_signer, desk::purpose_of(receipt->kind),
                                       receipt->id, receipt->id)) +
                     "\n" + html_text(fmt::format("sha256sum {}.json", receipt->id)) + "\n" +
                     html_text(line)),
        fmt::arg("limits",
                 html_text(say("Ask the site for its key's fingerprint by another way than the "
                               "one by which this came. The signature shows that who holds the "
                               "key said this; that its row still stands in the site's ledger, "
                               "the site's checkpoints show.",
                               "Demandez au site l'empreinte de sa clé par une autre voie que "
                               "celle qui a apporté ce document. La signature montre que le "
                               "détenteur de la clé l'a dit ; que la ligne est toujours dans le "
                               "registre du site, les points de contrôle du site le montrent."))));
    return html_page_begin(language, heading + " " + receipt->id, page_style) + body +
           std::string(html_page_end);
}

}  // namespace consign::admin

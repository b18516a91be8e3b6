#include "desk/receipts/receipts_readme.hpp"

#include <fmt/format.h>

#include "base/ssh_signature.hpp"
#include "desk/receipts/receipt_path.hpp"

namespace consign::desk {

namespace {

constexpr std::string_view words = R"(Receipts of {site}
Signed with the key {key}

A folder for each day (UTC). In it, for each file that you have deposited or
wholly retrieved, and for each delivery of what you deposited, ID.json says who,
what (name, size, SHA-256), when, and where it stands in the ledger;
ID.json.sig is the signature of its exact bytes. Verify one with OpenSSH alone:

  ssh-keygen -Y verify -f {signers} -I {signer} -n {receipt} \
    -s ID.json.sig < ID.json

Certificates of destruction lie here, too: for these it is -n {certificate}.

Have the key's fingerprint confirmed once over another way, and keep the file
{signers}: what is fetched together proves nothing. Everything here can be
read, and nothing else.

En français : un dossier par jour (UTC). Pour chaque fichier déposé ou récupéré
en entier, et pour chaque livraison de vos dépôts, ID.json dit qui, quoi, quand,
et où cela figure au registre ; ID.json.sig en est la signature, que vérifie la
commande ci-dessus. Faites confirmer une fois par une autre voie l'empreinte de
la clé, et conservez le fichier {signers}.
)";

}  // namespace

std::string receipts_readme(const ReceiptIssuer& issuer) {
    return fmt::format(words, fmt::arg("site", issuer.site),
                       fmt::arg("key", ssh_fingerprint(issuer.witness->public_key())),
                       fmt::arg("signers", receipts_signers_name),
                       fmt::arg("signer", receipt_signer), fmt::arg("receipt", receipt_purpose),
                       fmt::arg("certificate", certificate_purpose));
}

}  // namespace consign::desk

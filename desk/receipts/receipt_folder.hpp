// What an account finds in its folder `/.receipts`: nothing of it is stored, all of it is made of
// the ledger when it is looked at. A day's folder is there where the account has receipts of that
// day (UTC), and the account's own are all that can be reached. Certificates of destruction lie
// among them. Without a witness key there is nobody to sign, and no folder.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "desk/receipts/receipt.hpp"
#include "desk/receipts/receipt_path.hpp"
#include "desk/site/listing.hpp"
#include "desk/site/site.hpp"

namespace consign::desk {

class ReceiptFolder {
  public:
    ReceiptFolder(const Site& site, std::string account);

    /// A file: what stands in it, and what the ledger is told of its reading.
    struct Document {
        std::string text;
        Timestamp modified{};
        std::string told;  // the receipt's id; else the file's name
    };
    /// desk_errc::no_such_name: also where the receipt is another's, after the same look-ups;
    /// is_a_directory; altered: the ledger's rows, up to the next checkpoint, are not what they
    /// were.
    [[nodiscard]] Result<Document> document(Transaction& transaction, const ReceiptPath& path,
                                            Proof proof = Proof::chain) const;
    /// The same errors, but of a folder. As in the listings, no more than the rows themselves is
    /// looked at.
    [[nodiscard]] Result<Attributes> stat(Transaction& transaction, const ReceiptPath& path) const;

    /// The top folder's files.
    [[nodiscard]] std::vector<Attributes> top_files() const;
    /// Folders of days, in order, from where the last look ended. A day may come out empty: where
    /// all of its receipts are forgotten, and they are many.
    struct Days {
        std::vector<Attributes> folders;
        std::chrono::sys_days next{};  // to be looked at next
        bool is_last = false;
    };
    /// Looks at up to `limit` days in [from, until) that have any rows.
    [[nodiscard]] Result<Days> days(Transaction& transaction, std::chrono::sys_days from,
                                    std::optional<std::chrono::sys_days> until,
                                    std::size_t limit) const;

    struct Files {
        std::vector<Attributes> files;
        std::optional<ledger::ReceiptPlace> next{};  // where the next page begins; nothing: the end
    };
    /// Of up to `limit` receipts, each with its signature.
    [[nodiscard]] Result<Files> files_of(Transaction& transaction, std::chrono::sys_days day,
                                         std::optional<ledger::ReceiptPlace> after,
                                         std::size_t limit) const;

  private:
    [[nodiscard]] Result<Receipt> own_receipt(Transaction& transaction, const ReceiptPath& path,
                                              Proof proof) const;

    ReceiptIssuer issuer_;
    std::string account_;
    Timestamp made_;  // what is of no day
};

}  // namespace consign::desk

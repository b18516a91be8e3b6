// What an account's credentials gave away, as a document for a notification (RGPD art. 33): from
// the rows of blast_radius.show, in the order in which they come.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

#include "admin/document.hpp"

namespace consign::admin {

class BlastRadiusDocument {
  public:
    BlastRadiusDocument(Document& document, const Tongue& say);

    void begin(const std::string& account, const std::string& from, const std::string& until);
    void row(const boost::json::object& row);
    /// With the counts, and what this report cannot tell.
    void end(const boost::json::object& counts);

  private:
    /// What stands over the rows of one kind, and in their cells.
    struct Section {
        std::string heading;
        std::vector<std::string> columns;
        std::vector<Words> (*cells)(const Tongue&, const boost::json::object&);
    };
    [[nodiscard]] static std::map<std::string, Section> sections(const Tongue& say);
    /// A section begins where the kind changes.
    void enter(const std::string& kind, const Section& section);
    void summary(const boost::json::object& counts);
    void limits(const boost::json::object& counts);

    Document& document_;
    const Tongue& say_;
    const std::map<std::string, Section> sections_;
    std::string kind_;
};

}  // namespace consign::admin

// The catalog: names, temporary objects, errors that name the nearest object.
#include "catalog/catalog.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

CatalogObject table(const std::string& name, bool temporary = false) {
  auto definition = std::make_shared<TableDefinition>();
  definition->name = {"default_catalog", "default_database", name};
  definition->temporary = temporary;
  return {definition, nullptr};
}

CatalogObject view(const std::string& name) {
  auto definition = std::make_shared<ViewDefinition>();
  definition->name = {"default_catalog", "default_database", name};
  return {nullptr, definition};
}

template <class Body>
std::string error_of(Body&& body) {
  try {
    body();
  } catch (const UserError& error) {
    return std::string(error.what()) + (error.hint().empty() ? "" : " | " + error.hint());
  }
  return "no error";
}

class CatalogTest : public testing::Test {
 protected:
  ObjectName name(const std::string& text) const { return catalog.qualify(std::vector{text}, {}); }

  Catalog catalog;
};

TEST_F(CatalogTest, QualifiesOneToThreeParts) {
  const std::vector<std::string> full = {"default_catalog", "default_database", "t"};
  EXPECT_EQ(name("t").to_string(), "default_catalog.default_database.t");
  EXPECT_EQ(catalog.qualify(full, {}), name("t"));
  EXPECT_EQ(catalog.qualify(std::span(full).subspan(1), {}), name("t"));
  EXPECT_EQ(error_of([&] { catalog.qualify(std::vector<std::string>{"hive", "t"}, {}); }),
            "Unknown database: hive | The only database is default_database.");
}

TEST_F(CatalogTest, AddFindsAndRefusesASecond) {
  EXPECT_TRUE(catalog.add(table("orders"), IfExists::kFail, {}));
  EXPECT_NE(catalog.find(name("orders")), nullptr);
  EXPECT_EQ(catalog.find(name("Orders")), nullptr);
  EXPECT_FALSE(catalog.add(table("orders"), IfExists::kIgnore, {}));
  EXPECT_EQ(error_of([&] { catalog.add(view("orders"), IfExists::kFail, {}); }),
            "Table already exists: default_catalog.default_database.orders | Use another name, DROP TABLE first, or "
            "CREATE … IF NOT EXISTS.");
}

TEST_F(CatalogTest, UnknownNamesOfferTheNearest) {
  EXPECT_EQ(error_of([&] { catalog.get(name("orders"), {}); }),
            "Unknown table or view: orders | No table has been created yet; CREATE TABLE comes first.");
  catalog.add(table("orders"), IfExists::kFail, {});
  EXPECT_EQ(error_of([&] { catalog.get(name("order"), {}); }), "Unknown table or view: order | Did you mean 'orders'?");
}

TEST_F(CatalogTest, TemporaryHidesPermanentUntilDropped) {
  catalog.add(table("t"), IfExists::kFail, {});
  catalog.add(table("t", true), IfExists::kFail, {});
  EXPECT_TRUE(catalog.find(name("t"))->temporary());
  EXPECT_EQ(error_of([&] { catalog.drop_table(name("t"), false, IfExists::kFail, {}); }),
            "A temporary table of this name hides the permanent one: t | Drop it first: DROP TEMPORARY TABLE.");
  EXPECT_TRUE(catalog.drop_table(name("t"), true, IfExists::kFail, {}));
  EXPECT_FALSE(catalog.find(name("t"))->temporary());
  EXPECT_TRUE(catalog.drop_table(name("t"), false, IfExists::kFail, {}));
  EXPECT_EQ(catalog.find(name("t")), nullptr);
}

TEST_F(CatalogTest, DropKnowsTablesFromViews) {
  catalog.add(view("v"), IfExists::kFail, {});
  EXPECT_EQ(error_of([&] { catalog.drop_table(name("v"), false, IfExists::kFail, {}); }),
            "v is a view, not a table | Use DROP VIEW.");
  EXPECT_FALSE(catalog.drop_view(name("w"), false, IfExists::kIgnore, {}));
  EXPECT_EQ(error_of([&] { catalog.drop_view(name("w"), false, IfExists::kFail, {}); }), "Unknown view: w");
  EXPECT_EQ(catalog.views(), std::vector<std::string>{"v"});
}

}  // namespace
}  // namespace tidemill

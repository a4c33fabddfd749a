// Data types. Which of them are valid, and how operators group, was checked against Flink 2.3's own parser.
#include "tests/unit/sql/corpus.h"

namespace tidemill::corpus {
namespace {

constexpr Entry kTypes[] = {
    {"boolean", "BOOLEAN"},
    {"tinyint", "TINYINT"},
    {"smallint", "SMALLINT"},
    {"int", "INT"},
    {"integer", "INT"},
    {"bigint", "BIGINT"},
    {"float", "FLOAT"},
    {"double", "DOUBLE"},
    {"double precision", "DOUBLE"},
    {"decimal", "DECIMAL"},
    {"dec(5)", "DECIMAL(5)"},
    {"numeric(38, 18)", "DECIMAL(38, 18)"},
    {"char", "CHAR"},
    {"char(3)", "CHAR(3)"},
    {"character(3)", "CHAR(3)"},
    {"varchar(10)", "VARCHAR(10)"},
    {"character varying(10)", "VARCHAR(10)"},
    {"string", "STRING"},
    {"binary(4)", "BINARY(4)"},
    {"varbinary(4)", "VARBINARY(4)"},
    {"binary varying(4)", "VARBINARY(4)"},
    {"bytes", "BYTES"},
    {"date", "DATE"},
    {"time", "TIME"},
    {"time(3)", "TIME(3)"},
    {"time(0) without time zone", "TIME(0)"},
    {"timestamp", "TIMESTAMP"},
    {"timestamp(9)", "TIMESTAMP(9)"},
    {"timestamp(3) without time zone", "TIMESTAMP(3)"},
    {"timestamp_ltz", "TIMESTAMP_LTZ"},
    {"timestamp_ltz(3)", "TIMESTAMP_LTZ(3)"},
    {"timestamp(3) with local time zone", "TIMESTAMP_LTZ(3)"},
    {"timestamp with local time zone", "TIMESTAMP_LTZ"},
    {"interval year", "INTERVAL YEAR"},
    {"interval year(4) to month", "INTERVAL YEAR(4) TO MONTH"},
    {"interval month", "INTERVAL MONTH"},
    {"interval day", "INTERVAL DAY"},
    {"interval day(3) to second(3)", "INTERVAL DAY(3) TO SECOND(3)"},
    {"interval second(2, 3)", "INTERVAL SECOND(2, 3)"},
    {"interval hour to minute", "INTERVAL HOUR TO MINUTE"},
    {"array<int>", "ARRAY<INT>"},
    {"int array", "ARRAY<INT>"},
    {"int array array", "ARRAY<ARRAY<INT>>"},
    {"array<int not null> not null", "ARRAY<INT NOT NULL> NOT NULL"},
    {"multiset<string>", "MULTISET<STRING>"},
    {"string multiset", "MULTISET<STRING>"},
    {"map<string, array<int>>", "MAP<STRING, ARRAY<INT>>"},
    {"row<>", "ROW<>"},
    {"row<a int, b row<c string not null> not null 'x'>", "ROW<`a` INT, `b` ROW<`c` STRING NOT NULL> NOT NULL 'x'>"},
    {"row(a int, b string)", "ROW<`a` INT, `b` STRING>"},
    {"variant", "VARIANT"},
    {"my_type", "`my_type`"},
    {"db.my_type not null", "`db`.`my_type` NOT NULL"},
    {"int null", "INT"},
    {"row<`a b` int>", "ROW<`a b` INT>"},
};

}  // namespace

std::span<const Entry> types() { return kTypes; }

}  // namespace tidemill::corpus

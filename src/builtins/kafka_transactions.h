// builtins/kafka_transactions.h - the way to connectors/kafka for the command line, which knows no connector.
#pragma once
#include "connectors/kafka/transaction_listing.h"

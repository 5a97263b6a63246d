using Microsoft.Extensions.Logging;

namespace Exograph.ServerSide;

/// <summary>What is logged. Event ids are never given a second meaning.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Began load {LoadId} \"{Label}\"")]
    public static partial void LoadBegun(ILogger logger, int loadId, string label);

    [LoggerMessage(2, LogLevel.Debug, "Load {LoadId}: staged {Rows} rows of {Table}")]
    public static partial void RowsStaged(ILogger logger, int loadId, long rows, string table);

    [LoggerMessage(3, LogLevel.Debug, "Load {LoadId}: {Notice}")]
    public static partial void Noticed(ILogger logger, int loadId, string notice);

    [LoggerMessage(4, LogLevel.Information, "Finalized load {LoadId}: {Inserted} rows inserted, {Existing} existing, {Rejected} rejected")]
    public static partial void LoadFinalized(ILogger logger, int loadId, long inserted, long existing, long rejected);

    [LoggerMessage(5, LogLevel.Error, "Finalizing load {LoadId} failed")]
    public static partial void FinalizeFailed(ILogger logger, Exception exception, int loadId);

    [LoggerMessage(6, LogLevel.Information, "Abandoned load {LoadId}")]
    public static partial void LoadAbandoned(ILogger logger, int loadId);

    [LoggerMessage(7, LogLevel.Warning, "Load {LoadId} could not be abandoned: it stays open")]
    public static partial void NotAbandoned(ILogger logger, Exception? exception, int loadId);

    [LoggerMessage(8, LogLevel.Warning, "The connection was lost; trying again in {Seconds} s")]
    public static partial void ConnectionLost(ILogger logger, Exception exception, double seconds);

    [LoggerMessage(9, LogLevel.Information, "Migrated the database: applied {Scripts} scripts")]
    public static partial void Migrated(ILogger logger, int scripts);

    [LoggerMessage(10, LogLevel.Warning, "Load {LoadId}: its sets of terms were not indexed beside finalizing, which does it alone")]
    public static partial void SetsNotIndexed(ILogger logger, Exception exception, int loadId);

    [LoggerMessage(11, LogLevel.Information,
        "Put rows into schema {Schema}: {Inserted} inserted, {Updated} updated, {Existing} existing, {Rejected} rejected")]
    public static partial void Put(ILogger logger, string schema, long inserted, long updated, long existing, long rejected);
}

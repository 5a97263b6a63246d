namespace Exograph.ServerSide.Cli;

/// <summary>The command line, or a variable that stands in for it, makes no sense.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a question is about is not in the index.</summary>
internal sealed class NothingFoundException(string message) : Exception(message);

/// <summary>The server cannot be reached, or does not let us in.</summary>
internal sealed class NoConnectionException(string message, Exception inner) : Exception(message, inner);

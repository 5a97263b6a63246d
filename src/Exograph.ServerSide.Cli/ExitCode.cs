namespace Exograph.ServerSide.Cli;

internal static class ExitCode
{
    public const int Ok = 0;
    public const int Unexpected = 1;
    public const int Usage = 2;
    public const int BadInput = 3;
    public const int Refused = 4;
    public const int CannotConnect = 5;
    public const int NothingFound = 6;
    public const int Cancelled = 130;

    public const string Help = "Exit codes: 0 done, 1 unexpected failure, 2 usage, 3 bad input, 4 refused by the server, rows "
        + "rejected, or something found, 5 no connection, 6 nothing found, 130 cancelled.";
}

using System.CommandLine;
using Exograph.ServerSide.Benchmarks.Calls;
using Exograph.ServerSide.Benchmarks.DupSelect;
using Exograph.ServerSide.Benchmarks.Flat;
using Exograph.ServerSide.Benchmarks.Growth;
using Exograph.ServerSide.Benchmarks.Loading;
using Exograph.ServerSide.Benchmarks.Partitions;
using Exograph.ServerSide.Benchmarks.Reading;
using Exograph.ServerSide.Benchmarks.Reload;
using Exograph.ServerSide.Benchmarks.Schemas;
using Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;
using Exograph.ServerSide.Benchmarks.Waits;
using Exograph.ServerSide.Benchmarks.Wal;

var command = new RootCommand("Benchmarks of Exograph.ServerSide, on a private server")
{
    LoadCommand.Create(),
    ContenderCommand.Create(),
    DupSelectCommand.Create(),
    FlatRowsCommand.Create(),
    WalCommand.Create(),
    GrowthCommand.Create(),
    WaitsCommand.Create(),
    ReloadCommand.Create(),
    ReadCommand.Create(),
    PartitionsCommand.Create(),
    SchemaCommand.Create(),
    LocalNumbersCommand.Create(),
    CallEdgesCommand.Create(),
};
return await command.Parse(args).InvokeAsync();

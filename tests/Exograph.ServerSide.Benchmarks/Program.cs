using System.CommandLine;
using Exograph.ServerSide.Benchmarks.DupSelect;
using Exograph.ServerSide.Benchmarks.Loading;

var command = new RootCommand("Benchmarks of Exograph.ServerSide, on a private server")
{
    LoadCommand.Create(),
    ContenderCommand.Create(),
    DupSelectCommand.Create(),
};
return await command.Parse(args).InvokeAsync();

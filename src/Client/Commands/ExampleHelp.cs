using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace LightlyCluster.Client.Commands;

/// <summary>The help of a command, with examples to copy below it.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    /// <summary>Examples by the words of the command.</summary>
    public static IReadOnlyDictionary<string, string[]> Examples { get; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["backbones list"] = ["lightly backbones list"],
        ["cancel"] = ["lightly cancel job-1a2b3c4d5e", "lightly cancel job-1a2b3c4d5e --etag 2-Running"],
        ["compare"] = ["lightly compare run-1 run-2"],
        ["completion"] = ["source <(lightly completion bash)", "lightly completion fish | source"],
        ["delete"] = ["lightly delete job-1a2b3c4d5e"],
        ["demo"] = ["lightly demo", "lightly demo --out my-demo --workers 4"],
        ["describe"] = ["lightly describe job-1a2b3c4d5e", "lightly describe method moco"],
        ["describe method"] = ["lightly describe method moco"],
        ["download"] = ["lightly download job-1a2b3c4d5e --out results"],
        ["embed"] = ["lightly embed --checkpoint run-1 --data photos --out embeddings.csv"],
        ["evaluate knn"] = ["lightly evaluate knn embeddings.csv", "lightly evaluate knn --checkpoint run-1 --data photos"],
        ["evaluate linear"] = ["lightly evaluate linear --checkpoint run-1 --data photos"],
        ["export"] = ["lightly export --checkpoint run-1 --out backbone.pt"],
        ["frames extract"] = ["lightly frames extract --videos clips --list sampled_filenames.txt --out frames"],
        ["get"] = ["lightly get job-1a2b3c4d5e", "lightly get job-1a2b3c4d5e -o json"],
        ["index"] = ["lightly index photos"],
        ["init"] = ["lightly init > job.yaml"],
        ["list"] = ["lightly list", "lightly list --state running --state queued", "lightly list --name shoes -o json"],
        ["logs"] = ["lightly logs job-1a2b3c4d5e", "lightly logs -f job-1a2b3c4d5e"],
        ["methods list"] = ["lightly methods list"],
        ["pause"] = ["lightly pause job-1a2b3c4d5e"],
        ["preview"] = ["lightly preview --data photos --out views.png"],
        ["report"] = ["lightly report run-1"],
        ["resume"] = ["lightly resume job-1a2b3c4d5e"],
        ["sample"] = ["lightly sample embeddings.csv --count 100"],
        ["schema"] = ["lightly schema > job.schema.json"],
        ["submit"] = ["lightly submit job.yaml", "lightly submit job.yaml --follow --server https://fleet:50051 --token-file token"],
        ["token create"] = ["lightly token create --tenant vision --role submitter --file tokens", "lightly token create --tenant vision --role viewer --expires 2027-01-31"],
        ["top"] = ["lightly top", "lightly top --once", "lightly top -o json"],
        ["train"] = ["lightly train --data photos --method moco --out run-1", "lightly train job.yaml --set train.seed=2 --out run-2", "lightly train --resume --out run-1",
            "lightly train job.yaml --workers 4 --set sync.transport=auto --out run-3"],
        ["up"] = ["lightly up --workers 4", "lightly up --listen 0.0.0.0:50051 --token-file tokens --tls-cert server.pem --tls-key server.key --data-root /data"],
        ["validate"] = ["lightly validate job.yaml"],
        ["verify"] = ["lightly verify run-1 --workers 2"],
        ["version"] = ["lightly version"],
        ["wait"] = ["lightly wait job-1a2b3c4d5e --timeout 3600"],
        ["watch"] = ["lightly watch job-1a2b3c4d5e"],
        ["workers list"] = ["lightly workers list"],
    };

    /// <summary>Gives every command of a tree this help.</summary>
    public static void ApplyTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ExampleHelp((HelpAction)option.Action!);
    }

    /// <summary>The words of a command behind <c>lightly</c>.</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{PathOf(parent)} {command.Name}" : command.Name;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = help.Invoke(parseResult);
        if (Examples.TryGetValue(PathOf(parseResult.CommandResult.Command), out var examples))
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        return exitCode;
    }
}

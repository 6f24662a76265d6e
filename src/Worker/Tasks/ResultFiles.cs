using System.Text.Json;
using LightlyCluster.SelfSupervised.Export;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Tasks;

/// <summary>What a finished job leaves in its output folder beside checkpoints.</summary>
internal static class ResultFiles
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes the exported model and the evaluation. Call on the training thread.</summary>
    public static void Write(JobContext context, EvaluationResult evaluation)
    {
        Export(context);
        var path = Path.Combine(context.Specification.Checkpoint.Uri, "evaluation.json");
        var partial = $"{path}.{Environment.ProcessId}.partial";
        File.WriteAllText(partial, JsonSerializer.Serialize(evaluation, Json));
        File.Move(partial, path, overwrite: true);
    }

    private static void Export(JobContext context)
    {
        var folder = Path.Combine(context.Specification.Checkpoint.Uri, "exported_models");
        Directory.CreateDirectory(folder);
        TorchvisionExport.WriteSafetensors(
            Path.Combine(folder, "exported_last.safetensors"),
            context.Method.Backbone,
            new Dictionary<string, string>
            {
                ["method"] = context.Specification.Method.Name,
                ["backbone"] = context.Specification.Backbone.Name,
                ["width"] = $"{context.Specification.Backbone.Width:R}",
                ["imageSize"] = $"{context.Specification.Data.ImageSize}",
                ["step"] = $"{context.Step}",
            });
    }
}

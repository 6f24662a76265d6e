using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Tasks;
using LightlyCluster.Protocol.V1;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Export;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Tasks.Embedding;

namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>Writes a trained backbone for other programs.</summary>
internal sealed class ExportTask : LocalTask<ExportRequest, ExportResponse>
{
    /// <inheritdoc/>
    protected override Task<ExportResponse> RunAsync(ExportRequest request, TaskReport report, CancellationToken cancellationToken) =>
        Task.FromResult(Export(request));

    private static ExportResponse Export(ExportRequest request)
    {
        var specification = JobSpecificationMapping.FromWire(TrainingJobSpec.Parser.ParseJson(request.Specification));
        specification = specification with { Embed = new EmbedSpecification { Weights = request.Weights } };
        var imageSize = specification.Data.ImageSize;
        var metadata = BackboneFactory.Describe(specification);
        using var backbone = EmbeddingPreparation.LoadBackbone(specification);
        backbone.eval();
        // torchvision's and timm's models have no low-dimensional head; a graph can have one.
        var plain = backbone is ReducedBackbone reduced ? reduced.Trunk : backbone;
        var exported = request.Format == "onnx" ? backbone : plain;
        switch (request.Format)
        {
            case "onnx":
                OnnxExport.Write(request.Out, backbone, imageSize, metadata);
                break;
            case "pt":
                TorchvisionExport.WritePyTorch(request.Out, plain);
                break;
            default:
                TorchvisionExport.WriteSafetensors(request.Out, plain, metadata);
                break;
        }

        return new(
            request.Out, request.Format, new FileInfo(request.Out).Length, specification.Backbone.Name, specification.Backbone.Width, imageSize,
            exported.parameters().Sum(parameter => parameter.NumberOfElements), exported.FeatureCount);
    }
}

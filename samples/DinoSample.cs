using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>DINO: a student predicts from every crop the distribution that a slow teacher gives for the large ones.</summary>
internal static class DinoSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new DINO(backbone, numFtrs: backbone.FeatureCount, hiddenDim: 64, bottleneckDim: 32, outDim: 128, batchNorm: true);
        using var criterion = new DINOLoss(outputDim: 128, warmupTeacherTempEpochs: 1);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new DINOCollateFunction(globalCropSize: 32, localCropSize: 16, nLocalViews: 2, gaussianBlur: [0, 0, 0]);
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                model.UpdateTeacher(m: 0.99);
                Tensor[] teacher = [.. views.Views.Take(2).Select(model.ForwardTeacher)];
                var student = model.forward(views.Views);
                var loss = criterion.forward(teacher, student, teacherTemp: null, epoch);
                optimizer.zero_grad();
                loss.backward();
                model.ProjectionHead.CancelLastLayerGradients(epoch);
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }
}

using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.Samples;

/// <summary>What has a backbone learned to ignore? The similarity of features under each single augmentation.</summary>
internal static class MeasuredInvarianceSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var images = Enumerable.Range(0, Math.Min(64, context.Dataset.Count)).Select(index => context.Dataset[index].Image).ToArray();
        var view = new SimCLRTransform(inputSize: 32).Views[0];
        var results = new List<double>();
        foreach (var groups in new[] { InvarianceGroups.All, InvarianceGroups.Shape | InvarianceGroups.Texture })
        {
            using var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
            Pretraining.Run(backbone, context, groups);

            context.Output.WriteLine($"trained with {groups}:");
            foreach (var measure in InvarianceMeasure.MeasureEach(backbone, images, view))
            {
                // 1: the features do not change; 0: they change as much as from one image to another.
                context.Output.WriteLine($"  {measure.Augmentation,-24} {measure.Relative,6:F2}");
                results.Add(measure.Relative);
            }
        }

        return results;
    }
}

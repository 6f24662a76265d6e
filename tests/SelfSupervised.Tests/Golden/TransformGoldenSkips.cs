namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Transforms and collate functions that are not compared, each with its reason.</summary>
internal static class TransformGoldenSkips
{
    private const string OtherMethod = "belongs to a method that is not part of this library";

    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["lightly.transforms.AIMTransform"] = OtherMethod,
        ["lightly.transforms.CAPITransform"] = OtherMethod,
        ["lightly.transforms.DenseCLTransform"] = OtherMethod,
        ["lightly.transforms.DetConBTransform"] = OtherMethod,
        ["lightly.transforms.DetConSTransform"] = OtherMethod,
        ["lightly.transforms.IBOTTransform"] = OtherMethod,
        ["lightly.transforms.IJEPATransform"] = OtherMethod,
        ["lightly.transforms.MAETransform"] = OtherMethod,
        ["lightly.transforms.PIRLTransform"] = OtherMethod,
        ["lightly.transforms.SMoGTransform"] = OtherMethod,
        ["lightly.transforms.VICRegLTransform"] = OtherMethod,
        ["lightly.transforms.WMSETransform"] = OtherMethod,
        ["lightly.data.collate.MAECollateFunction"] = OtherMethod,
        ["lightly.data.collate.PIRLCollateFunction"] = OtherMethod,
        ["lightly.data.collate.SMoGCollateFunction"] = OtherMethod,
        ["lightly.data.collate.VICRegLCollateFunction"] = OtherMethod,
        ["location_to_NxN_grid"] = "a part of VICRegL, which is not part of this library",
    };

    public static string? ReasonOf(string target) => Reasons.GetValueOrDefault(target);
}

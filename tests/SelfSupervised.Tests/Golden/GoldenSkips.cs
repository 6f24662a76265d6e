namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Targets that are not compared, each with its reason; any other unknown target fails.</summary>
public static class GoldenSkips
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["lightly.loss.DirectCLRLoss"] = "DirectCLR is not among the methods",
        ["lightly.loss.EMPSSLLoss"] = "EMP-SSL is not among the methods",
        ["lightly.loss.FroSSLLoss"] = "FroSSL is not among the methods",
        ["lightly.loss.MACLLoss"] = "MACL is not among the methods",
        ["lightly.loss.PMSNLoss"] = "PMSN is not among the methods",
        ["lightly.models.utils.similarity_functions"] = "matching of local features belongs to DenseCL and VICRegL",
        ["lightly.models.utils.token_functions"] = "masking of tokens belongs to MAE, iBOT and the like",
        ["torch.manual_seed"] = "informational: our numbers come from a counter-based generator",
    };

    public static string? ReasonOf(GoldenCase golden) =>
        Reasons.GetValueOrDefault(golden.Target) ?? TransformGoldenSkips.ReasonOf(golden.Target);
}

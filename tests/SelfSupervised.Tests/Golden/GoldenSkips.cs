namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Targets that are not compared, each with its reason; any other unknown target fails.</summary>
public static class GoldenSkips
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["lightly.loss.CAPILoss"] = "CAPI is not among the methods",
        ["lightly.loss.DetConBLoss"] = "DetCon is not among the methods",
        ["lightly.loss.DetConSLoss"] = "DetCon is not among the methods",
        ["lightly.loss.DirectCLRLoss"] = "DirectCLR is not among the methods",
        ["lightly.loss.EMPSSLLoss"] = "EMP-SSL is not among the methods",
        ["lightly.loss.FroSSLLoss"] = "FroSSL is not among the methods",
        ["lightly.loss.IBOTPatchLoss"] = "iBOT is not among the methods",
        ["lightly.loss.LeJEPALoss"] = "LeJEPA is not among the methods",
        ["lightly.loss.MACLLoss"] = "MACL is not among the methods",
        ["lightly.loss.PMSNLoss"] = "PMSN is not among the methods",
        ["lightly.loss.PatchKernelAlignmentLoss"] = "PatchKernelAlignment belongs to the methods for dense features, which are not here",
        ["lightly.loss.VICRegLLoss"] = "VICRegL is not among the methods",
        ["lightly.loss.VISRegLoss"] = "VISReg is not among the methods",
        ["lightly.loss.WMSELoss"] = "W-MSE is not among the methods",
        ["lightly.models.modules.heads.CAPIProjectionHead"] = "CAPI is not among the methods",
        ["lightly.models.modules.heads.DINOv2ProjectionHead"] = "DINOv2 is not among the methods",
        ["lightly.models.modules.heads.LeJEPAProjectionHead"] = "LeJEPA is not among the methods",
        ["lightly.models.modules.heads.SMoGPrototypes"] = "SMoG is not among the methods",
        ["lightly.models.utils.similarity_functions"] = "matching of local features belongs to DenseCL and VICRegL",
        ["lightly.models.utils.token_functions"] = "masking of tokens belongs to MAE, iBOT and the like",
        ["torch.manual_seed"] = "informational: our numbers come from a counter-based generator",
    };

    public static string? ReasonOf(GoldenCase golden) =>
        Reasons.GetValueOrDefault(golden.Target) ?? TransformGoldenSkips.ReasonOf(golden.Target);
}

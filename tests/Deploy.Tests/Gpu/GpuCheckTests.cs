namespace LightlyCluster.Deploy.Tests.Gpu;

public sealed class GpuCheckTests
{
    [Theory]
    [InlineData("--device is 'tpu'; allowed are cuda and cpu", "--device", "tpu")]
    [InlineData("unknown argument '--fast'; allowed are --device", "--fast")]
    [InlineData("--python needs a value", "--python")]
    [InlineData("--data and --test-data belong together", "--data", "images")]
    [InlineData("is not an empty folder", "--out", "docs")]
    public void A_wrong_argument_is_one_line_and_exit_code_2(string expected, params string[] arguments)
    {
        var (exitCode, output, errors) = Tool.Run(Tool.Deploy("gpu", "check"), arguments);

        exitCode.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.Trim().ShouldStartWith("check: ");
        errors.ShouldContain(expected);
        errors.Trim().Split('\n').ShouldHaveSingleItem();
    }

    [Fact]
    public void Help_says_what_each_argument_is()
    {
        var (exitCode, output, _) = Tool.Run(Tool.Deploy("gpu", "check"), "--help");

        exitCode.ShouldBe(0);
        foreach (var argument in new[] { "--device", "--quick", "--data", "--test-data", "--python", "--out", "LIGHTLY_LIBTORCH", "Exit code" })
        {
            output.ShouldContain(argument);
        }
    }

    [Fact]
    public void A_CUDA_build_takes_its_libraries_from_the_CUDA_package()
    {
        var (exitCode, output, errors) = Tool.Run(
            "dotnet", "msbuild", Path.Combine(Tool.Root, "src", "Worker"), "-p:TorchDevice=cuda", "-getItem:PackageReference");

        exitCode.ShouldBe(0, errors);
        output.ShouldContain("\"TorchSharp-cuda-linux\"");
        output.ShouldNotContain("libtorch-cpu");
    }
}

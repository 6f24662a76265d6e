using System.Buffers.Binary;
using System.Text;
using LightlyCluster.SelfSupervised.Checkpoints;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_type_and_shape_comes_back_as_it_was_written()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "all.safetensors");
        List<(string Name, Tensor Tensor)> tensors =
        [
            ("z", arange(6, dtype: float32).view(2, 3).t()),
            ("double", ones([2], dtype: float64) / 3),
            ("long", tensor(long.MinValue)),
            ("int", tensor(new[] { -1, 2 })),
            ("byte", tensor(new byte[] { 1, 255 })),
            ("bool", tensor(new[] { true, false, true })),
            ("half", ones([3], dtype: float16) / 3),
            ("brain", ones([3], dtype: bfloat16) / 3),
            ("none", zeros([0, 4], dtype: float32)),
        ];

        Safetensors.Write(path, tensors, new Dictionary<string, string> { ["step"] = "12", ["quote"] = "a\"\n" });
        using var content = Safetensors.Read(path);

        content.Tensors.Keys.ShouldBe(tensors.Select(pair => pair.Name));
        foreach (var (name, expected) in tensors)
        {
            content.Tensors[name].dtype.ShouldBe(expected.dtype);
            content.Tensors[name].shape.ShouldBe(expected.shape);
            content.Tensors[name].Equals(expected.contiguous()).ShouldBeTrue(name);
        }

        content.Metadata.ShouldBe(new Dictionary<string, string> { ["step"] = "12", ["quote"] = "a\"\n" }, ignoreOrder: true);
        Safetensors.ReadDescription(path).Shapes["z"].ShouldBe([3, 2]);
        Directory.GetFiles(_folder).Length.ShouldBe(1);
    }

    [Fact]
    public void The_layout_is_the_published_format()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "layout.safetensors");

        Safetensors.Write(path, [("w", tensor(new[] { 1f, 2f }))], new Dictionary<string, string> { ["format"] = "pt" });

        var bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        (length % 8).ShouldBe(0);
        Encoding.UTF8.GetString(bytes, 8, length).TrimEnd()
            .ShouldBe("""{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""");
        bytes[(8 + length)..].ShouldBe([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]);
    }

    [Fact]
    public void A_failed_write_leaves_the_previous_file_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "kept.safetensors");
        Safetensors.Write(path, [("w", ones(3))], new Dictionary<string, string>());
        var disposed = ones(3);
        disposed.Dispose();

        Should.Throw<Exception>(() => Safetensors.Write(path, [("w", zeros(3)), ("x", disposed)], new Dictionary<string, string>()));
        Should.Throw<ArgumentException>(() => Safetensors.Write(path, [("w", ones(1)), ("w", ones(1))], new Dictionary<string, string>()));

        using var content = Safetensors.Read(path);
        content.Tensors["w"].ShouldBeSameValues(ones(3));
        Directory.GetFiles(_folder).ShouldBe([path]);
    }

    [Fact]
    public void A_file_that_is_cut_short_anywhere_is_refused_with_its_name()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "cut.safetensors");
        Safetensors.Write(path, [("w", ones(30))], new Dictionary<string, string>());
        var bytes = File.ReadAllBytes(path);

        foreach (var length in new[] { 0, 5, 8, 40, bytes.Length - 1 })
        {
            File.WriteAllBytes(path, bytes[..length]);
            var exception = Should.Throw<CheckpointException>(() => Safetensors.Read(path).Dispose());
            exception.Message.ShouldContain(path);
            exception.Message.ShouldContain("cut short");
        }
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes but has 4")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a hole or an overlap")]
    [InlineData("""{"v":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""",
        6, "overlap")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 9, "5 bytes behind its last tensor")]
    [InlineData("""{"w":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8, "C64")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "too large")]
    [InlineData("""{"w":{"shape":[1],"data_offsets":[0,4]}}""", 4, "no dtype")]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "no shape")]
    [InlineData("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "JSON")]
    [InlineData("""[1, 2]""", 0, "no JSON object")]
    [InlineData("""{"__metadata__":{"step":3}}""", 0, "is no string")]
    [InlineData("""<html></html>""", 0, "not a safetensors file")]
    public void A_header_that_does_not_fit_its_file_is_refused(string json, int dataLength, string expected)
    {
        var path = Path.Combine(_folder, "bad.safetensors");
        var header = Encoding.UTF8.GetBytes(json);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. header, .. new byte[dataLength]]);

        Should.Throw<CheckpointException>(() => Safetensors.Read(path).Dispose()).Message.ShouldContain(expected);
    }

    [Fact]
    public void Another_format_and_a_missing_file_are_said_to_be_that()
    {
        var path = Path.Combine(_folder, "model.pt");
        File.WriteAllBytes(path, [0x50, 0x4b, 3, 4, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]);

        Should.Throw<CheckpointException>(() => Safetensors.Read(path).Dispose()).Message.ShouldContain("is not a safetensors file");
        Should.Throw<CheckpointException>(() => Safetensors.Read(path + "x").Dispose()).Message.ShouldContain("cannot be opened");
    }
}

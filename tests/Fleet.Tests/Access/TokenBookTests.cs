using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Fleet.Tests.Access;

public sealed class TokenBookTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_token_is_found_by_its_hash_with_tenant_role_and_quota()
    {
        var token = TokenSecret.Create();
        var book = TokenBook.Parse($"# people\n\nvision submitter sha256:{HashOf(token)} jobs=5 running=2 submits=10 workers=4\n");

        var verdict = book.Find(token, Now);

        verdict.ShouldBe(new(new("vision", Role.Submitter, new(5, 2, 10, 4)), HasExpired: false));
        book.Find(token + "x", Now).Caller.ShouldBeNull();
        book.Find("", Now).Caller.ShouldBeNull();
        book.Find(new string('x', 100_000), Now).Caller.ShouldBeNull();
    }

    [Fact]
    public void A_token_ends_at_its_date()
    {
        var token = TokenSecret.Create();
        var book = TokenBook.Parse($"vision viewer sha256:{HashOf(token)} expires=2026-11-28T12:00:00Z");

        book.Find(token, Now.AddSeconds(-1)).Caller.ShouldNotBeNull();
        book.Find(token, Now).ShouldBe(new(null, HasExpired: true));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var entry = new TokenEntry(new("a-1", Role.Admin, new(1, 2, 3, 4)), HashOf("x"), Now);

        TokenEntry.TryParse(entry.Format(), out var read, out _).ShouldBeTrue();

        read.ShouldBe(entry);
    }

    [Theory]
    [InlineData("vision submitter", "TENANT ROLE")]
    [InlineData("Vision submitter sha256:00", "tenant")]
    [InlineData("../x submitter sha256:00", "tenant")]
    [InlineData("vision owner HASH", "role")]
    [InlineData("vision 1 HASH", "role")]
    [InlineData("vision viewer lct_secret", "sha256")]
    [InlineData("vision viewer HASH jobs=many", "jobs")]
    [InlineData("vision viewer HASH jobs=-1", "jobs")]
    [InlineData("vision viewer HASH gpus=1", "gpus")]
    [InlineData("vision viewer HASH expires=soon", "expires")]
    public void A_wrong_line_is_named_by_its_number_and_never_shown(string line, string expected)
    {
        var text = "# one\n" + line.Replace("HASH", "sha256:" + new string('0', 64), StringComparison.Ordinal);

        var error = Should.Throw<FormatException>(() => TokenBook.Parse(text));

        error.Message.ShouldStartWith("line 2: ");
        error.Message.ShouldContain(expected);
        error.Message.ShouldNotContain("lct_secret");
    }

    [Fact]
    public void Two_tokens_are_never_the_same_and_long_enough_to_be_hashed_plainly()
    {
        var tokens = Enumerable.Range(0, 100).Select(_ => TokenSecret.Create()).ToArray();

        tokens.Distinct().Count().ShouldBe(100);
        tokens.ShouldAllBe(token => token.StartsWith("lct_", StringComparison.Ordinal) && token.Length == 47);
    }

    [Theory]
    [InlineData(Role.Viewer, "V")]
    [InlineData(Role.Submitter, "VS")]
    [InlineData(Role.Admin, "VSA")]
    [InlineData(Role.Worker, "W")]
    public void A_role_may_what_lesser_roles_may_and_a_worker_only_its_own(Role role, string may)
    {
        var caller = new Caller("vision", role, TenantQuota.None);

        string.Concat(Enum.GetValues<Role>().Where(caller.Has).Select(allowed => allowed.ToString()[0])).ShouldBe(may);
        caller.Sees("vision").ShouldBe(role != Role.Worker);
        caller.Sees("other").ShouldBe(role == Role.Admin);
    }

    private static string HashOf(string token) => Convert.ToHexStringLower(TokenSecret.Hash(token));
}

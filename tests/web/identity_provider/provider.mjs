// An identity provider for one test: `node provider.mjs PORT REDIRECT`. Whoever names himself is believed, and his word
// for himself here is `word-of-NAME`; with the box ticked he has shown a second factor too.
import { Provider } from 'oidc-provider';

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: 'santui', client_secret: process.env.CLIENT_SECRET, redirect_uris: [redirect] }],
  claims: { openid: ['sub', 'amr'], profile: ['preferred_username'] },
  pkce: { required: () => true },
  cookies: { keys: ['for one test'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id.replace('word-of-', '') }),
  }),
  loadExistingGrant: async (ctx) => {
    const { client, session } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

const FORM = `<!doctype html><html lang="zh"><title>身份认证</title><form method="post">
<label>账号 <input name="name"></label> <label><input type="checkbox" name="mfa" value="1">已核验手机</label>
<button>确认身份</button></form></html>`;

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  if (ctx.method === 'GET') {
    ctx.type = 'html';
    ctx.body = FORM;
    return undefined;
  }
  const chunks = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  const sent = new URLSearchParams(Buffer.concat(chunks).toString());
  const login = { accountId: `word-of-${sent.get('name')}`, remember: false, amr: sent.get('mfa') ? ['pwd', 'mfa'] : ['pwd'] };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login }));
  return undefined;
});

// It ends with whoever started it.
process.stdin.on('end', () => process.exit()).resume();
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));

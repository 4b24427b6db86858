/**
 * Words and phrases at the top of every published list of leaked passwords. People make them long enough by digits and
 * signs around them, by doubling them, or by 3 for e; `isLeaked` sees through that.
 */
const WORDS = new Set(
  `
  abc abcabc abcd abcde abcdef abcdefg abcdefgh access account admin administrador administrator adminadmin adobe
  alexander alexandra amanda america andrea andrew angel angels anthony apple april arsenal asdasd asdf asdfasdf asdfgh
  asdfghjk asdfghjkl asdfjkl ashley august austin azerty azertyuiop babygirl babygurl bailey barcelona baseball basketball
  batman beautiful benjamin bismillah blahblah blessed blink bonjour bradley brandon brittany buster butterfly caroline
  changeit changeme changemenow changethis charlie cheese chelsea chicken chocolate christian christina christine
  christopher cocacola computer cookie countinghouse cowboys dallas daniel danielle default demo diamond dolphin dragon dragonball
  eagles easter elephant elizabeth eminem estrella facebook family ferrari flower football forever forgetpassword freedom
  friends fuckoff fuckyou gabriel gabriela george gfhjkm ginger giggles google green guest hannah harley heather hello
  hellohello helloworld hockey hottie hunter iloveu iloveyou iloveyouall iloveyoubaby iloveyouforever iloveyousomuch
  iloveyoutoo internet isabella jackson jasmine jennifer jessica jesus jesuschrist jesuslovesme john jonathan jordan
  joseph joshua juventus killer kimberly kristina landrover lakers letmein letmeinnow letmeinplease liberty linkedin
  liverpool liverpoolfc lollipop london love lovelove loveme lovely loveyou loveyouforever lucky madison manchester
  manchesterunited manutd margaret marina marlboro martin master matrix matthew maverick melissa mercedes mexico michael
  michelle microsoft monday money monica monkey monster motdepasse mustang myspace naruto natalie nathan newyork
  newpassword nicholas nicole nintendo november nothing oliver orange pass passpass passw passwd passport password
  passwordpassword passwort patricia patrick peaches pepper pokemon portugal power prince princesa princess private
  purple qazwsx qazwsxedc qwe qweasd qweasdzxc qwer qwert qwerty qwertyqwerty qwertyu qwertyui qwertyuiop qwertz
  qwertzuiop qweqwe rachel rainbow rangers ranger raspberry realmadrid rebecca richard robert rocket root ronaldo samantha
  samsung sandra scooby scorpion secret senha september sergey shadow shannon soccer sophie spiderman starwars startrek
  steelers stephanie steven strawberry summer sunflower sunshine superman superstar sweety taylor teamo teddybear temp
  temporary test testing testtest thankyou thomas thunder tigers tigger tinkerbell toyota trinity trustno twilight
  unbelievable university user valentina vanessa veronica victoria vietnam vladimir volleyball welcome whatever william
  windows winner winter wonderful yankees yamaha yellow zaqwsx zxcasd zxcasdqwe zxcvbn zxcvbnm
  `
    .trim()
    .split(/\s+/),
);

/** Fingers that walk along the keyboard, the alphabet or the digits; either way round. */
const WALKS = [
  '01234567890123456789012',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertyuiop[]asdfghjkl;',
  'qazwsxedcrfvtgbyhnujmik',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik',
  '1qazxsw23edcvfr45tgb',
  'zaq12wsxcde34rfv',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'a1b2c3d4e5f6g7h8i9j0',
  '1a2b3c4d5e6f7g8h9i0j',
].flatMap((walk) => [walk, [...walk].reverse().join('')]);

const DISGUISES: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  '5': 's',
  $: 's',
};

/** A shorter one stands in too many good passwords by chance. */
const MIN_COMMON_CORE = 5;

/** Behind more than this it is no longer a common password with a year and a sign. */
const MAX_DECORATION = 6;

/** Published lists hold hardly anything longer, and what is longer takes too long to guess. */
const LONGEST = 20;

const FEW_CHARACTERS = 4;

/**
 * Whether a password is one of those that attackers try first.
 * @param password in its normal form
 * @param common passwords of published leaks, in lower case
 */
export function isLeaked(password: string, common: ReadonlySet<string>): boolean {
  const folded = password.toLowerCase();
  if (folded.length > LONGEST || !/^[\x20-\x7e]+$/.test(folded)) return false;
  if (new Set(folded).size <= FEW_CHARACTERS) return true;
  if (WALKS.some((walk) => walk.includes(folded))) return true;
  const repeated = /^(.+?)\1+$/.exec(folded)?.[1] ?? folded;
  return isDecoratedWord(repeated) || isDecoratedCommon(folded, common) || isDecoratedCommon(repeated, common);
}

function isDecoratedCommon(text: string, common: ReadonlySet<string>): boolean {
  if (common.has(text) || common.has(undisguise(text))) return true;
  const core = text.replace(/^[^a-z]+|[^a-z]+$/g, '');
  if (core.length < MIN_COMMON_CORE || text.length - core.length > MAX_DECORATION) return false;
  return common.has(core) || common.has(undisguise(core));
}

function isDecoratedWord(text: string): boolean {
  const core = text.replace(/^[^a-z]+|[^a-z]+$/g, '');
  return (
    WORDS.has(core) || WORDS.has(undisguise(core)) || WORDS.has(undisguise(text).replace(/^[^a-z]+|[^a-z]+$/g, ''))
  );
}

function undisguise(text: string): string {
  return text.replace(/[@43!105$]/g, (sign) => DISGUISES[sign] ?? sign);
}
